/** How much a stack is used, which no plan can know. Every number is a month's, and every line of a cost that rests on one says so. */
export const assumptions = {
    hoursPerMonth: { value: 730, text: "a month has 730 hours" },
    nodes: {
        value: undefined,
        text: "a node group runs its desired size all the time its schedule allows; the autoscaler adds nodes under load, up to the largest size",
    },
    natGigabytes: { value: 20, text: "20 GB a month leave through each NAT gateway, most of it images" },
    capacityUnits: { value: 0.1, text: "a load balancer's load is a tenth of one capacity unit on average" },
    logGigabytes: { value: 0.5, text: "half a GB a month is written to each log group" },
    keyRequests: { value: 50_000, text: "each KMS key is used 50,000 times a month" },
    secretRequests: { value: 9_000, text: "each secret is read 9,000 times a month: every five minutes" },
    bucketGigabytes: { value: 5, text: "5 GB of dumps lie in each bucket" },
    imageGigabytes: { value: 2, text: "2 GB of images lie in each repository: the last ten, which share layers" },
    cdnRequests: { value: 500_000, text: "the CDN answers 500,000 requests a month" },
    firewallRequests: { value: 1_000_000, text: "each firewall looks at a million requests a month" },
    cdnGigabytes: { value: 10, text: "the CDN delivers 10 GB a month" },
    jobVolumeShare: { value: 0.007, text: "a job's temporary volume exists ten minutes every second day" },
    zones: { value: 2, text: "a load balancer stands in two zones where the plan does not say in which subnets" },
} as const;

export type Assumption = keyof typeof assumptions;
