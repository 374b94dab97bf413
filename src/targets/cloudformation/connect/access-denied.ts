import type { Explanation } from './errors.ts';

/** IAM's wording. Source: IAM User Guide, "Troubleshoot access denied error messages". */
const wording =
  /(?:User: (?<who>\S+) )?is not authorized to perform: (?<action>[\w-]+:\w+)(?: on resource: (?<resource>\S+))?/;
const shortWording = /\bthe (?<action>[\w-]+:\w+) action\b/;

/** Names action and resource, and gives the policy statement to add. */
export function accessDeniedProblem(message: string, doing: string): Explanation {
  const { who, action, resource } =
    (wording.exec(message) ?? shortWording.exec(message))?.groups ?? {};
  if (!action) {
    return {
      message: `cannot ${doing}: AWS denies access (${message.slice(0, 300)})`,
      hint: 'Give the role of this job the rights that infra/understudy-deploy-role.yaml lists.',
    };
  }
  const target = resource?.replace(/[.,;]+$/, '');
  const subject = who ? ` to ${who}` : '';
  return {
    message: `cannot ${doing}: AWS denies${subject} the action ${action}${target ? ` on ${target}` : ''}`,
    hint: hintFor(message, action, target),
  };
}

function hintFor(message: string, action: string, resource: string | undefined): string {
  if (/explicit deny/i.test(message)) {
    const where = /explicit deny in an? ([\w -]*policy|[\w -]*boundary)/i.exec(message)?.[1];
    return `A statement with "Effect": "Deny" forbids it${where ? ` (${where})` : ''}; no further permission helps until that one is changed.`;
  }
  const statement = JSON.stringify(statementFor(action, resource));
  return `Bring the role of this job up to infra/understudy-deploy-role.yaml or infra/understudy-sweep-role.yaml, which keep to the stacks of previews; or add this statement to its policy: ${statement}`;
}

function statementFor(action: string, resource = '*') {
  return {
    Effect: 'Allow',
    Action: action,
    Resource: resource,
    ...(action === 'iam:PassRole' && {
      Condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
    }),
  };
}
