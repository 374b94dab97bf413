/** Where pods look up names. */
const clusterDns = '10.96.0.10';

const registryIp = '10.96.0.11';

/** Where CoreDNS says that it knows the Services. */
export const dnsReady = '127.0.0.1:18181';

/** Where containerd finds `registry.local:5000`. */
export function registryHost(address: string): string {
  return `server = "http://${address}"
[host."http://${address}"]
  capabilities = ["pull", "resolve"]
`;
}

export function podNetwork(folder: string, bridge: string): string {
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'understudy',
    plugins: [
      {
        type: 'bridge',
        bridge,
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: `${folder}/cni-addresses`,
          ranges: [[{ subnet: '10.244.0.0/16' }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  });
}

export function containerd(folder: string, plugins: string, sandbox: string): string {
  return `version = 2
root = "${folder}/containerd"
state = "${folder}/containerd-run"
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  # Without CAP_SYS_RESOURCE runc dies with "can't get final child's PID from pipe".
  restrict_oom_score_adj = true
  # So that what is mounted can be found and unmounted.
  netns_mounts_under_state_dir = true
  sandbox_image = "${sandbox}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${plugins}"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${folder}/hosts"
`;
}

export function kubelet(folder: string, address: string): string {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address,
    cgroupDriver: 'cgroupfs',
    failSwapOn: false,
    failCgroupV1: false,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    clusterDNS: [clusterDns],
    clusterDomain: 'cluster.local',
    containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    oomScoreAdj: 0,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'imagefs.available': '1%',
    },
    resolvConf: `${folder}/resolv.conf`,
    podLogsDir: `${folder}/log/pods`,
  });
}

export const proxyOptions = [
  '--proxy-mode=iptables',
  '--cluster-cidr=10.244.0.0/16',
  '--iptables-min-sync-period=100ms',
  '--conntrack-max-per-core=0',
  '--oom-score-adj=0',
  '--healthz-bind-address=127.0.0.1:10256',
];

/** Names of Services, and of the registry as manifests name it. */
export function corefile(address: string, kubeconfig: string): string {
  return `cluster.local:1053 {
    bind ${address}
    errors
    ready ${dnsReady}
    kubernetes cluster.local {
        kubeconfig ${kubeconfig} test
    }
}
registry.local:1053 {
    bind ${address}
    hosts {
        ${registryIp} registry.local
    }
}
`;
}

/** Services that lead to the node itself: the names' own, and the registry under the port that manifests name. */
export function hostServices(address: string): readonly PathAndObject[] {
  const dns = [
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 1053 },
    { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 1053 },
  ];
  const registry = [{ name: 'http', port: 5000, protocol: 'TCP', targetPort: 15000 }];
  return [
    ...hostService('kube-dns', clusterDns, dns, address),
    ...hostService('registry', registryIp, registry, address),
  ];
}

interface PathAndObject {
  readonly path: string;
  readonly object: object;
}

interface Port {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly targetPort: number;
}

function hostService(
  name: string,
  clusterIP: string,
  ports: readonly Port[],
  address: string,
): PathAndObject[] {
  const namespace = 'kube-system';
  const labels = { 'kubernetes.io/service-name': name };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-host`, namespace, labels },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: ports.map(({ name, protocol, targetPort: port }) => ({ name, protocol, port })),
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { clusterIP, ports },
  };
  return [
    { path: `/api/v1/namespaces/${namespace}/services`, object: service },
    { path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, object: slice },
  ];
}
