import type { Parameter } from '@aws-sdk/client-cloudformation';
import { nearest } from '../../../core/nearest.ts';
import { type Problem, UserError } from '../../../core/user-error.ts';

/** A parameter as the template declares it. */
export interface DeclaredParameter {
  readonly name: string;
  /** `String`, `Number`, `CommaDelimitedList`, `List<…>`, `AWS::SSM::Parameter::Value<…>` … */
  readonly type: string;
  readonly default?: string;
  readonly noEcho: boolean;
  /** Where known. */
  readonly allowedValues?: readonly string[];
}

interface ParameterFacts {
  readonly declared: readonly DeclaredParameter[];
  readonly configured: Readonly<Record<string, string>>;
  /** From the input `parameters`: they win. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Names that the stack has. */
  readonly previous: readonly string[];
}

/** Source: CloudFormation quotas. */
const longestValue = 4096;

/**
 * The parameters to send: those named with their value, others that the stack has with their previous one, the rest
 * left to the default of the template. An override that the template does not declare is left out.
 * @throws UserError for all parameters without a value, unknown or with a value that the template forbids, at once
 */
export function decideParameters(facts: ParameterFacts): Parameter[] {
  const problems = [...unknownProblems(facts), ...missingProblem(facts), ...valueProblems(facts)];
  if (problems.length > 0) throw UserError.all(problems);
  return facts.declared.flatMap((parameter) => decideOne(parameter.name, facts));
}

function decideOne(name: string, facts: ParameterFacts): Parameter[] {
  const value = given(name, facts);
  if (value !== undefined) return [{ ParameterKey: name, ParameterValue: value }];
  return facts.previous.includes(name) ? [{ ParameterKey: name, UsePreviousValue: true }] : [];
}

function given(name: string, { configured, overrides }: ParameterFacts): string | undefined {
  if (Object.hasOwn(overrides, name)) return overrides[name];
  return Object.hasOwn(configured, name) ? configured[name] : undefined;
}

function unknownProblems({ declared, configured }: ParameterFacts): Problem[] {
  const names = declared.map(({ name }) => name);
  return Object.keys(configured)
    .filter((name) => !names.includes(name))
    .map((name) => {
      const near = nearest(name, names);
      const known = names.length > 0 ? `it declares ${names.join(', ')}` : 'it declares none';
      return {
        message: `the template declares no parameter ${name} (${known})`,
        hint: near
          ? `Did you mean ${near}? Change it under preview.cloudformation.parameters.`
          : `Remove ${name} from preview.cloudformation.parameters, or declare it in the template.`,
      };
    });
}

function missingProblem(facts: ParameterFacts): Problem[] {
  const missing = facts.declared.filter(
    ({ name, default: preset }) =>
      preset === undefined && !facts.previous.includes(name) && given(name, facts) === undefined,
  );
  if (missing.length === 0) return [];
  const lines = missing.map((parameter) => `      ${parameter.name}: ${placeholder(parameter)}`);
  const names = missing.map(({ name }) => name).join(', ');
  return [
    {
      message: `${missing.length === 1 ? 'a parameter of the template has' : 'parameters of the template have'} no value: ${names}`,
      hint: `Set ${missing.length === 1 ? 'it' : 'them'} in the configuration, or by the input parameters:\n${['preview:', '  cloudformation:', '    parameters:', ...lines].join('\n')}`,
    },
  ];
}

function placeholder({ type, noEcho, allowedValues }: DeclaredParameter): string {
  if (noEcho) return '… # a secret: by the input parameters, from secrets';
  return allowedValues ? `… # one of ${allowedValues.join(', ')}` : `… # ${type}`;
}

function valueProblems(facts: ParameterFacts): Problem[] {
  return facts.declared.flatMap((parameter) => {
    const value = given(parameter.name, facts);
    return value === undefined ? [] : valueProblem(parameter, value);
  });
}

function valueProblem(parameter: DeclaredParameter, value: string): Problem[] {
  const { name, noEcho, allowedValues } = parameter;
  if (value.length > longestValue) {
    return [
      {
        message: `the value of parameter ${name} has ${value.length} characters; CloudFormation takes ${longestValue}`,
        hint: 'Put it where the application can fetch it (Parameter Store, S3), and pass its name.',
      },
    ];
  }
  if (!allowedValues || isAllowed(parameter, value)) return [];
  return [
    {
      message: `parameter ${name} is ${noEcho ? 'not' : `"${value}", not`} one of ${allowedValues.join(', ')}`,
      hint: `Set preview.cloudformation.parameters.${name} to one of them, or allow the value in the template.`,
    },
  ];
}

/** Of other types AWS resolves or splits the value first. */
function isAllowed({ type, allowedValues = [] }: DeclaredParameter, value: string): boolean {
  if (type === 'String') return allowedValues.includes(value);
  if (type !== 'Number') return true;
  return allowedValues.some((allowed) => Number(allowed) === Number(value));
}
