import { isTrue } from './answers.ts';
import { askedChangeSet } from './change-sets.ts';
import { neededCapabilities, storedTemplate } from './definition.ts';
import { type Cloud, mustFindStack, type Place } from './model.ts';
import { type Input, type Output, required, text } from './query.ts';
import { invalid, readTemplate } from './template.ts';

export function getTemplate(cloud: Cloud, place: Place, input: Input): Output {
  const changeSet = text(input, 'ChangeSetName') ? askedChangeSet(cloud, place, input) : undefined;
  const stack = changeSet?.stack ?? mustFindStack(cloud, place, required(input, 'StackName'));
  const body = (changeSet ?? stack).definition?.body ?? '';
  return { TemplateBody: body, StagesAvailable: ['Original', 'Processed'] };
}

export function getTemplateSummary(cloud: Cloud, place: Place, input: Input): Output {
  const url = text(input, 'TemplateURL');
  const name = text(input, 'StackName');
  const body =
    text(input, 'TemplateBody') ??
    (url ? storedTemplate(cloud, url) : undefined) ??
    (name ? mustFindStack(cloud, place, name).definition?.body : undefined);
  if (body === undefined) throw invalid('Either Template URL or Template Body must be specified.');
  const template = readTemplate(body);
  return {
    Parameters: Object.entries(template.Parameters).map(([key, declared]) => ({
      ParameterKey: key,
      ParameterType: declared.Type,
      DefaultValue: declared.Default === undefined ? undefined : String(declared.Default),
      NoEcho: isTrue(declared.NoEcho),
      Description: declared.Description,
      ...(declared.AllowedValues && {
        ParameterConstraints: { AllowedValues: declared.AllowedValues.map(String) },
      }),
    })),
    Description: template.Description,
    Capabilities: neededCapabilities(template),
    ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
    Metadata: template.Metadata === undefined ? undefined : JSON.stringify(template.Metadata),
    DeclaredTransforms: [template.Transform ?? []].flat().map(String),
  };
}
