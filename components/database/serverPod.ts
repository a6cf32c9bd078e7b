import type { types } from "@pulumi/kubernetes";
import { engineImage, engines } from "./engines";
import { sidecarExporter } from "./exporterPod";
import {
    containerSecurity,
    credentialsVolume,
    mounts,
    passwordFile,
    podSecurity,
    scriptContainer,
    scriptPath,
    scriptsVolume,
    temporaryVolume,
    variables,
} from "../backup/pods";
import { helperAmounts, kubernetesResources, serverAmounts, volumeGiB } from "./resources";
import { inClusterMaxConnections, type DatabaseSpec } from "./spec";

type Container = types.input.core.v1.Container;
type Probe = types.input.core.v1.Probe;
type VolumeMount = types.input.core.v1.VolumeMount;
type Labels = Readonly<Record<string, string>>;

export interface ServerPlan {
    /** Name of the StatefulSet and its ServiceAccount. */
    readonly name: string;
    /** Name of the headless Service that gives the pod its own name. */
    readonly headlessName: string;
    readonly spec: DatabaseSpec;
    readonly labels: Labels;
    readonly selector: Labels;
    readonly configMapName: string;
    readonly secretName: string;
    /** Whether Prometheus is there to scrape it. */
    readonly monitored: boolean;
}

const tlsDirectory = "/tls";
const tlsMount: VolumeMount = { name: "tls", mountPath: tlsDirectory };

/** Where the processes of a parallel query meet. A container has 64 MiB of it by itself, which larger joins exceed. */
const sharedMemoryMount: VolumeMount = { name: "shared-memory", mountPath: "/dev/shm" };

const postgresVolumes: types.input.core.v1.Volume[] = [
    { name: tlsMount.name, emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    { name: sharedMemoryMount.name, emptyDir: { medium: "Memory", sizeLimit: "256Mi" } },
];

/** The one pod of an in-cluster database, hardened to the restricted Pod Security Standard, with its volume. */
export function statefulSetSpec(plan: ServerPlan): types.input.apps.v1.StatefulSetSpec {
    const { spec } = plan;
    const { userId } = engines[spec.engine];
    return {
        serviceName: plan.headlessName,
        replicas: 1,
        revisionHistoryLimit: 5,
        selector: { matchLabels: { ...plan.selector } },
        // The volume outlives the StatefulSet, which Kubernetes wants replaced for some changes. It goes with the namespace.
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        template: {
            metadata: { labels: { ...plan.labels } },
            spec: {
                serviceAccountName: plan.name,
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                // Open transactions are rolled back and everything is written to disk; killed before, it recovers at the next start.
                terminationGracePeriodSeconds: 120,
                securityContext: podSecurity(userId),
                initContainers: spec.engine === "postgres" ? [certificateContainer(plan)] : [],
                containers: [
                    serverContainer(plan),
                    loginContainer(plan),
                    ...(plan.monitored ? [sidecarExporter(spec, socketMount(spec))] : []),
                ],
                volumes: [
                    scriptsVolume(plan.configMapName),
                    credentialsVolume(plan.secretName),
                    temporaryVolume,
                    { name: "socket", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
                    // What the entry points and MySQL's temporary tables need; nothing that has to be kept.
                    { name: "scratch", emptyDir: { sizeLimit: "1Gi" } },
                    ...(spec.engine === "postgres" ? postgresVolumes : []),
                ],
            },
        },
        volumeClaimTemplates: [
            {
                metadata: { name: "data", labels: { ...plan.selector } },
                // No class: the default one is encrypted gp3 on AWS, and whatever a local cluster has elsewhere.
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage: `${volumeGiB(spec)}Gi` } },
                },
            },
        ],
    };
}

function socketMount({ engine }: DatabaseSpec): VolumeMount {
    return { name: "socket", mountPath: engines[engine].socketDirectory };
}

function serverContainer(plan: ServerPlan): Container {
    const { spec } = plan;
    const { dataDirectory, port, kind } = engines[spec.engine];
    return {
        name: "server",
        image: engineImage(spec),
        imagePullPolicy: "IfNotPresent",
        ...(spec.engine === "postgres" ? postgresProcess(spec, dataDirectory) : mysqlProcess(spec, dataDirectory)),
        ports: [{ name: kind, containerPort: port, protocol: "TCP" }],
        ...probes(spec),
        resources: {
            ...kubernetesResources(serverAmounts(spec)),
            limits: { ...kubernetesResources(serverAmounts(spec)).limits, "ephemeral-storage": "2Gi" },
        },
        securityContext: containerSecurity,
        volumeMounts: [
            { name: "data", mountPath: dataDirectory },
            mounts.scripts,
            mounts.credentials,
            socketMount(spec),
            { name: "scratch", mountPath: "/tmp" },
            ...(spec.engine === "postgres" ? [{ ...tlsMount, readOnly: true }, sharedMemoryMount] : []),
        ],
    };
}

/**
 * The data lies one level below the volume's root, which has a lost+found of its own and belongs to root.
 * The image asks to be stopped with SIGINT, PostgreSQL's fast shutdown: it does not wait for clients to leave.
 */
function postgresProcess(spec: DatabaseSpec, dataDirectory: string): Partial<Container> {
    const settings = {
        hba_file: scriptPath("pg_hba.conf"),
        ssl: "on",
        ssl_cert_file: `${tlsDirectory}/server.crt`,
        ssl_key_file: `${tlsDirectory}/server.key`,
        ssl_min_protocol_version: "TLSv1.2",
        max_connections: String(inClusterMaxConnections(spec)),
        log_lock_waits: "on",
        log_min_duration_statement: "1000",
    };
    return {
        args: ["postgres", ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`])],
        env: variables({
            PGDATA: `${dataDirectory}/pgdata`,
            // The superuser's first password. Nobody can use it: the superuser is let in through the socket only.
            POSTGRES_PASSWORD_FILE: passwordFile,
            POSTGRES_INITDB_ARGS: "--data-checksums --encoding=UTF8",
        }),
    };
}

/** MySQL makes its certificate by itself. Without a binary log: there is no replica, and dumps are what a restore starts from. */
function mysqlProcess(spec: DatabaseSpec, dataDirectory: string): Partial<Container> {
    return {
        command: ["/bin/sh", scriptPath("mysql-server.sh")],
        args: [
            `--datadir=${dataDirectory}/data`,
            "--require-secure-transport=ON",
            "--skip-name-resolve",
            "--disable-log-bin",
            "--mysqlx=OFF",
            // Neither reads nor writes files for clients.
            "--secure-file-priv=NULL",
            "--character-set-server=utf8mb4",
            `--max-connections=${inClusterMaxConnections(spec)}`,
        ],
    };
}

/** Ready means that the services' user can use the services' database. */
function probes({ engine, databaseName, username }: DatabaseSpec): Partial<Container> {
    const { socketDirectory, port } = engines[engine];
    const probe = (command: string[], timing: Pick<Probe, "periodSeconds" | "failureThreshold">): Probe => ({
        exec: { command },
        timeoutSeconds: 5,
        ...timing,
    });
    // The first start runs a temporary server that listens on the socket only, so TCP tells when it is over.
    const [listening, alive, ready] =
        engine === "postgres"
            ? [
                  ["pg_isready", "--host=127.0.0.1", `--port=${port}`, `--username=${username}`],
                  ["pg_isready", `--host=${socketDirectory}`],
                  [
                      "psql",
                      "--no-psqlrc",
                      `--host=${socketDirectory}`,
                      `--username=${username}`,
                      `--dbname=${databaseName}`,
                      "--command=SELECT 1",
                  ],
              ]
            : [
                  ["mysqladmin", "--no-defaults", "--protocol=TCP", "--host=127.0.0.1", "--user=nobody", "ping"],
                  ["mysqladmin", "--no-defaults", `--socket=${socketDirectory}/mysqld.sock`, "--user=nobody", "ping"],
                  [
                      "mysql",
                      "--no-defaults",
                      `--socket=${socketDirectory}/mysqld.sock`,
                      "--user=root",
                      `--database=${databaseName}`,
                      `--execute=SHOW CREATE USER '${username}'@'%'`,
                  ],
              ];
    return {
        // Half an hour to make the files or to recover after a crash.
        startupProbe: probe(listening, { periodSeconds: 5, failureThreshold: 360 }),
        // Two minutes: a server that recovers from a crashed connection must be left alone.
        livenessProbe: probe(alive, { periodSeconds: 20, failureThreshold: 6 }),
        readinessProbe: probe(ready, { periodSeconds: 10, failureThreshold: 3 }),
    };
}

function certificateContainer({ spec, name }: ServerPlan): Container {
    return scriptContainer("certificate", engineImage(spec), "postgres-tls.sh", {
        env: variables({ TLS_DIR: tlsDirectory, SERVER_NAME: name }),
        resources: kubernetesResources(helperAmounts),
        volumeMounts: [mounts.scripts, tlsMount],
    });
}

function loginContainer({ spec }: ServerPlan): Container {
    const { socketDirectory, port } = engines[spec.engine];
    return scriptContainer("login", engineImage(spec), "keep-login.sh", {
        env: variables({
            ENGINE: spec.engine,
            SOCKET_DIR: socketDirectory,
            DB_PORT: String(port),
            DB_NAME: spec.databaseName,
            DB_USER: spec.username,
            PASSWORD_FILE: passwordFile,
        }),
        resources: kubernetesResources(helperAmounts),
        volumeMounts: [mounts.scripts, mounts.credentials, mounts.temporary, socketMount(spec)],
    });
}
