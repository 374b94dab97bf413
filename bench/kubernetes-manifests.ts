/** Seconds that a pod has to be ready before its Deployment counts it: as long as a small application takes. */
export const startSeconds = 3;

/** A Deployment, a Service and an Ingress for each application; `label` is what changes. */
export function manifestsOf(applications: number, label: string): string {
  const names = Array.from({ length: applications }, (_, index) => `web-${index + 1}`);
  return names.map((name) => applicationOf(name, label)).join('---\n');
}

function applicationOf(name: string, label: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 1
  minReadySeconds: ${startSeconds}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: web
          image: registry.example/${name}:1
          env: [{ name: LABEL, value: ${label} }]
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: http } }
          resources: { requests: { cpu: 100m, memory: 128Mi } }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec:
  selector: { app: ${name} }
  ports: [{ name: http, port: 80, targetPort: http }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name} }
spec:
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /${name}
            pathType: Prefix
            backend: { service: { name: ${name}, port: { name: http } } }
`;
}
