import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exporterJob } from "../../components/store/exporter";
import { alertmanagerConfig } from "../../components/observability/alertmanagerConfig";
import { controllers } from "../../components/observability/controllers";
import { freePort } from "../ports";
import { Processes } from "../processes";
import { Inbox, redirected, startAlertmanager } from "./alertmanager";
import { cadvisorMetrics, kubeletMetrics, kubeStateMetrics } from "./clusterMetrics";
import { versionOf, type Programs } from "./programs";
import { Prometheus, type Target } from "./prometheus";
import { ReferenceService, type ServicePlan } from "./referenceService/service";
import { Traffic } from "./referenceService/traffic";
import { monitoredEndpoints, type MonitoredEndpoint } from "./scrapeTargets";
import { shippedStack, type ShippedStack } from "./shippedStack";
import { divided, shortened } from "./shorten";
import { emptyPostgres, Exporter, Postgres, Redis } from "./storeServers";

/** How much faster time passes: what is scraped every 30 seconds is scraped every two. */
export const factor = 15;

/** Connections of a service's pool where its system says nothing. */
const defaultPoolSize = 10;

/** Exports what no exporter here does: nothing of MySQL runs. */
const mysqlStandIn =
    "mysql_up 1\nmysql_global_status_threads_connected 1\nmysql_global_variables_max_connections 100\n";

/** A service with its traffic. */
export interface RunningService {
    readonly plan: ServicePlan;
    readonly traffic: Traffic;
    process: ReferenceService;
}

/**
 * The monitoring of a stack on loopback, fifteen times as fast as in life: services with traffic, their stores, the stores' exporters,
 * Prometheus with the rules, Alertmanager with the routes, and somebody who takes its messages. Every part is real but for the cluster,
 * whose metrics are made up from the manifests, and MySQL: its client talks to a PostgreSQL, and its exporter is made up.
 */
export class RunningStack {
    readonly processes = new Processes("platform-live");
    readonly databases = new Map<string, Postgres>();
    readonly caches = new Map<string, Redis>();
    readonly exporters = new Map<string, Exporter>();
    readonly services = new Map<string, RunningService>();
    private readonly targets: Target[] = [];
    private started: { shipped: ShippedStack; prometheus: Prometheus; inbox: Inbox } | undefined;
    private standIn: Server | undefined;

    /** @param programs where each program is. */
    constructor(private readonly programs: Programs) {}

    get shipped(): ShippedStack {
        return this.parts.shipped;
    }

    get prometheus(): Prometheus {
        return this.parts.prometheus;
    }

    get inbox(): Inbox {
        return this.parts.inbox;
    }

    /** Versions of the exporters by their projects' names. */
    get versions(): Readonly<Record<string, number>> {
        return {
            postgres_exporter: versionOf(this.programs.postgresExporter),
            redis_exporter: versionOf(this.programs.redisExporter),
        };
    }

    /** Names of the metrics that no program here exports and that are made up. */
    get madeUpMetrics(): ReadonlySet<string> {
        const texts = Object.values(madeUp(this.shipped.objects)).map((text) => text(Date.now()));
        return new Set(texts.flatMap((text) => [...text.matchAll(/^\w+/gm)].map(([name]) => name)));
    }

    async start(stack: string): Promise<void> {
        const shipped = shippedStack(stack, this.processes.file("out"));
        const endpoints = new Map(monitoredEndpoints(shipped.objects).map((each) => [jobOf(each.labels), each]));
        await this.startStores(shipped, endpoints);
        await this.startServices(shipped, endpoints);
        await this.startStandIn(shipped);
        const missed = [...endpoints.keys()].filter((job) => this.targets.every(({ labels }) => jobOf(labels) !== job));
        if (missed.length > 0) {
            throw new Error(`nothing stands for ${missed.join(", ")}, which the stack scrapes`);
        }
        const inbox = await Inbox.open();
        const alertmanager = await startAlertmanager(
            this.processes,
            this.programs.alertmanager,
            redirected(routes(shipped), inbox.url, factor),
        );
        const { evaluationIntervalSeconds } = shipped.config.observability;
        const faster = Object.entries(shipped.ruleFiles).map(
            ([name, file]) => [name, shortened(file, factor)] as const,
        );
        const prometheus = await Prometheus.start(this.processes, {
            program: this.programs.prometheus,
            rules: Object.fromEntries(faster),
            targets: this.targets,
            evaluationInterval: divided(`${evaluationIntervalSeconds}s`, factor),
            alertmanager,
            // The defaults in a world where time passes faster.
            flags: ["--query.lookback-delta=20s", "--rules.alert.resend-delay=4s"],
        });
        this.started = { shipped, prometheus, inbox };
    }

    async stop(): Promise<void> {
        for (const { traffic, process } of this.services.values()) {
            traffic.stop();
            await process.stop();
        }
        await this.processes.stop();
        this.started?.inbox.close();
        this.standIn?.close();
        this.standIn?.closeAllConnections();
    }

    private get parts(): NonNullable<typeof this.started> {
        if (this.started === undefined) {
            throw new Error("the stack does not run");
        }
        return this.started;
    }

    private async startStores(shipped: ShippedStack, endpoints: ReadonlyMap<string, MonitoredEndpoint>): Promise<void> {
        const { processes, programs } = this;
        const empty = await emptyPostgres(processes, programs);
        for (const { name: system, namespace, declaration } of shipped.systems) {
            for (const [store, { engine, databaseName: database, username: user }] of Object.entries(
                declaration.databases ?? {},
            )) {
                const name = `${system}-${store}`;
                const job = exporterJob(system, store);
                const server = await Postgres.start(name, processes, programs, empty, { user, database });
                this.databases.set(name, server);
                if (engine === "postgres") {
                    const exporter = await Exporter.ofPostgres(job, processes, programs, server.address);
                    this.addExporter(exporter, endpoints.get(jobOf({ namespace, job })));
                }
            }
            for (const store of Object.keys(declaration.caches ?? {})) {
                const name = `${system}-${store}`;
                const job = exporterJob(system, store);
                const server = await Redis.start(name, processes, programs);
                this.caches.set(name, server);
                const exporter = await Exporter.ofRedis(job, processes, programs, server.address);
                this.addExporter(exporter, endpoints.get(jobOf({ namespace, job })));
            }
        }
    }

    private addExporter(exporter: Exporter, endpoint: MonitoredEndpoint | undefined): void {
        this.exporters.set(exporter.name, exporter);
        this.addTarget(exporter.port, endpoint);
    }

    private async startServices(
        shipped: ShippedStack,
        endpoints: ReadonlyMap<string, MonitoredEndpoint>,
    ): Promise<void> {
        for (const service of shipped.services) {
            const { system, name, namespace, job } = service;
            const { connections = [] } =
                shipped.systems.find((each) => each.name === system)?.declaration.services[name] ?? {};
            const stores = connections.map((each) => (typeof each === "string" ? { to: each } : each));
            const database = stores.map(({ to }) => this.databases.get(`${system}-${to}`)).find(Boolean);
            const cache = stores.map(({ to }) => this.caches.get(`${system}-${to}`)).find(Boolean);
            const plan: ServicePlan = {
                metrics: service,
                port: await freePort(),
                poolSize: stores.find(({ poolSize }) => poolSize !== undefined)?.poolSize ?? defaultPoolSize,
                ...(database !== undefined && { database: database.address }),
                ...(cache !== undefined && { cache: cache.address }),
            };
            this.services.set(name, {
                plan,
                process: await ReferenceService.start(plan),
                traffic: new Traffic(plan.port),
            });
            this.addTarget(plan.port, endpoints.get(jobOf({ namespace, job })));
        }
    }

    /** Makes up the metrics of the cluster and of MySQL. */
    private async startStandIn({ objects, systems, config }: ShippedStack): Promise<void> {
        const answers = madeUp(objects);
        const server = createServer(({ url = "" }, response) => response.end(answers[url]?.(Date.now()) ?? ""));
        this.standIn = server.listen(0, "127.0.0.1");
        await once(server, "listening");
        const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
        const interval = divided(`${config.observability.scrapeIntervalSeconds}s`, factor);
        const honorLabels = true;
        const kubelet = (path: string): Target => ({
            ...{ address, path, interval, honorLabels },
            labels: { job: "kubelet", metrics_path: path },
        });
        this.targets.push(
            { address, path: "/kube-state-metrics", interval, honorLabels, labels: { job: "kube-state-metrics" } },
            kubelet("/metrics/cadvisor"),
            kubelet("/metrics"),
        );
        // Controllers say nothing but that they are there.
        for (const { job } of Object.values(controllers)) {
            this.targets.push({ address, path: "/controllers", interval, labels: { job } });
        }
        for (const { name, namespace, declaration } of systems) {
            for (const [store, { engine }] of Object.entries(declaration.databases ?? {})) {
                if (engine === "mysql") {
                    const labels = { namespace, job: exporterJob(name, store) };
                    this.targets.push({ address, path: "/mysql", interval, labels });
                }
            }
        }
    }

    private addTarget(port: number, endpoint: MonitoredEndpoint | undefined): void {
        if (endpoint === undefined) {
            throw new Error("the stack has a part with metrics that no ServiceMonitor leads to");
        }
        const { labels, path, interval } = endpoint;
        this.targets.push({ address: `127.0.0.1:${port}`, labels, path, interval: divided(interval, factor) });
    }
}

/** Metrics that are made up, by the path that they are scraped at. */
function madeUp(objects: ShippedStack["objects"]): Readonly<Record<string, (now: number) => string>> {
    return {
        "/kube-state-metrics": (now) => kubeStateMetrics(objects, now),
        "/metrics/cadvisor": (now) => cadvisorMetrics(objects, now),
        "/metrics": () => kubeletMetrics(objects),
        "/mysql": () => mysqlStandIn,
    };
}

/** What tells targets apart. */
function jobOf({ namespace, job }: Readonly<Record<string, string>>): string {
    return `${namespace}/${job}`;
}

/** The routes of the stack where somebody is paged, every owner has a channel and all hours are business hours. */
function routes({ config, systems }: ShippedStack): ReturnType<typeof alertmanagerConfig> {
    const owners = new Set(systems.map(({ declaration }) => declaration.owner));
    const configuration = alertmanagerConfig({
        environment: config.environment,
        businessHours: config.observability.businessHours,
        pagerduty: true,
        slack: {
            channel: config.observability.slackChannel,
            channels: Object.fromEntries([...owners].map((owner) => [owner, `#${owner}`])),
        },
    });
    const always = configuration.time_intervals.map(({ name }) => ({ name, time_intervals: [{}] }));
    return { ...configuration, time_intervals: always };
}
