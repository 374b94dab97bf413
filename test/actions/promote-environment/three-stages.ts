/** A pipeline that its workflow deploys itself: production after an hour on staging, live once somebody has approved. */
export const threeStages = `
pipelines:
  app:
    versions: { branch: main }
    stages:
      - name: staging
      - name: production
        after: [staging]
        gates: { soak: 1h }
        retry: { attempts: 2, delay: 10m }
      - name: live
        after: [production]
        gates: { approval: { by: [maintain], count: 1 } }
`;
