import {
  type CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';

/** What tests do with stacks without the product. */
export type Wish = Partial<CreateChangeSetCommandInput> & { readonly StackName: string };

let names = 0;

/** Makes a change set and waits until it is looked through. */
export async function planByHand(
  client: CloudFormationClient,
  wish: Wish,
): Promise<DescribeChangeSetCommandOutput> {
  names += 1;
  const command = new CreateChangeSetCommand({ ChangeSetName: `by-hand-${names}`, ...wish });
  const { Id: ChangeSetName } = await client.send(command);
  for (;;) {
    const found = await client.send(new DescribeChangeSetCommand({ ChangeSetName }));
    if (found.Status !== 'CREATE_PENDING' && found.Status !== 'CREATE_IN_PROGRESS') return found;
    await soon();
  }
}

/** Makes and executes a change set; answers the stack once it rests. Throws when the change set fails. */
export async function deployByHand(
  client: CloudFormationClient,
  wish: Wish,
  token?: string,
): Promise<Stack> {
  const { ChangeSetId: ChangeSetName, Status, StatusReason } = await planByHand(client, wish);
  if (Status !== 'CREATE_COMPLETE') throw new Error(StatusReason);
  const ClientRequestToken = token ?? `token-${names}`;
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName, ClientRequestToken }));
  return rested(client, wish.StackName);
}

/** A stack once nothing is in progress; by id also when it is gone. */
export async function rested(client: CloudFormationClient, StackName: string): Promise<Stack> {
  for (;;) {
    const stack = await stackOf(client, StackName);
    if (!stack.StackStatus?.endsWith('_IN_PROGRESS')) return stack;
    await soon();
  }
}

export async function stackOf(client: CloudFormationClient, StackName: string): Promise<Stack> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  const [stack] = Stacks ?? [];
  if (!stack) throw new Error(`there is no ${StackName}`);
  return stack;
}

/** All events, oldest first. */
export async function eventsOf(
  client: CloudFormationClient,
  StackName: string,
): Promise<readonly StackEvent[]> {
  const all: StackEvent[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new DescribeStackEventsCommand({ StackName, NextToken }));
    all.push(...(page.StackEvents ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return all.toReversed();
}

/** `STATUS LogicalId` of each event, without what only AWS's manners add. */
export function outline(events: readonly StackEvent[]): readonly string[] {
  const lines = events.map(
    ({ ResourceStatus: status, LogicalResourceId: id }) => `${status} ${id}`,
  );
  return lines.filter((line, index) => line !== lines[index - 1]);
}

function soon(): Promise<void> {
  return new Promise((passed) => setTimeout(passed, 10));
}
