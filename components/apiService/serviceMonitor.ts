/** Prometheus' own default, unless the interval is shorter: a scrape must not take longer than the next one is away. */
const longestScrapeSeconds = 10;

/** How Prometheus finds and scrapes a service. Its `job` label is the service's name. */
export function serviceMonitorSpec(
    selector: Readonly<Record<string, string>>,
    port: string,
    path: string,
    intervalSeconds: number,
): Record<string, unknown> {
    return {
        jobLabel: "app.kubernetes.io/name",
        selector: { matchLabels: { ...selector } },
        endpoints: [
            {
                port,
                path,
                interval: `${intervalSeconds}s`,
                scrapeTimeout: `${Math.min(longestScrapeSeconds, intervalSeconds)}s`,
            },
        ],
    };
}
