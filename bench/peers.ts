/** Another action or tool for previews. Measured earlier, on another machine, with Node 24. */
export interface Peer {
  readonly name: string;
  /** Milliseconds from the start to its own early validation error. */
  readonly coldStart?: number;
  /** Bytes of what the runner downloads, compressed. */
  readonly download?: number;
  /** Bytes of the file that runs. */
  readonly entry?: number;
}

/** What `node -e 0` took where the peers were measured, in milliseconds. */
export const peersBareNode = 24;

/** Where the figures come from. */
export const peersSource = 'measured earlier on another machine, Node 24, medians of 11 runs';

export const peers: readonly Peer[] = [
  {
    name: 'FirebaseExtended/action-hosting-deploy 0.10',
    coldStart: 69,
    download: 363_763,
    entry: 1_011_119,
  },
  {
    name: 'marocchino/sticky-pull-request-comment v3',
    coldStart: 76,
    download: 795_519,
    entry: 1_298_356,
  },
  { name: 'Azure/k8s-deploy v7', coldStart: 81, download: 349_997, entry: 1_192_562 },
  { name: 'cloudflare/wrangler-action v4', coldStart: 92, download: 319_086, entry: 1_439_210 },
  { name: 'strumwolf/delete-deployment-environment', coldStart: 97 },
  { name: 'bobheadxi/deployments v1', coldStart: 120, download: 437_055, entry: 467_380 },
  {
    name: 'aws-actions/amazon-ecs-deploy-task-definition 2.6',
    coldStart: 121,
    download: 688_530,
    entry: 2_628_630,
  },
  { name: 'neondatabase/create-branch-action', coldStart: 125 },
  { name: 'actions/stale v9', coldStart: 139 },
  {
    name: 'google-github-actions/deploy-cloudrun 3',
    coldStart: 152,
    download: 492_317,
    entry: 1_515_021,
  },
  {
    name: 'aws-cloudformation-github-deploy 2.2',
    coldStart: 162,
    download: 875_780,
    entry: 3_415_185,
  },
  { name: 'docker/build-push-action v7', coldStart: 221 },
  { name: 'pullpreview/action 6.2', download: 4_696_572, entry: 3_490_592 },
];
