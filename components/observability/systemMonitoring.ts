import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { labelsFor, type SystemScope } from "../context";
import { componentName, physicalName } from "../naming";
import { dashboardConfigMap } from "./dashboards/configMap";
import { systemDashboards } from "./dashboards/systemDashboards";
import type { MonitoringModel } from "./model";
import { ruleFamilies } from "./rules/alertRules";

export interface SystemMonitoringArgs {
    /** Where the system lives. Without the monitoring add-on nothing is created. */
    readonly scope: SystemScope;
    /** What the system says about itself. A change of it changes rules and dashboards in place. */
    readonly model: MonitoringModel;
}

/**
 * The alerts and dashboards of a system: a PrometheusRule for each family of rules and a ConfigMap for each dashboard, in the system's
 * own namespace. They go with the system.
 *
 * Costs the memory of some thirty recorded series for each service.
 *
 * @example
 * new SystemMonitoring("monitoring", { scope, model: monitoringModel({ plan, platform, stores }) });
 */
export class SystemMonitoring extends Component {
    private readonly scope: SystemScope;

    constructor(name: string, args: SystemMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:observability:SystemMonitoring", componentName(args.scope.system, name), {
            parent: args.scope.parent,
            ...opts,
        });
        this.scope = args.scope;

        if (this.scope.platform.addons.has("monitoring")) {
            this.createRules(args.model);
            this.createDashboards(args.model);
        }
        this.registerOutputs({});
    }

    private createRules(model: MonitoringModel): void {
        for (const [family, groups] of Object.entries(ruleFamilies(model))) {
            new k8s.apiextensions.CustomResource(
                this.childName(`rules-${family}`),
                {
                    apiVersion: "monitoring.coreos.com/v1",
                    kind: "PrometheusRule",
                    metadata: this.metadata(physicalName("kubernetes", model.system, family)),
                    spec: { groups },
                },
                this.options(),
            );
        }
    }

    private createDashboards(model: MonitoringModel): void {
        for (const [key, dashboard] of Object.entries(systemDashboards(model))) {
            const metadata = this.metadata(physicalName("kubernetes", "dashboard", model.system, key));
            new k8s.core.v1.ConfigMap(
                this.childName(`dashboard-${key}`),
                dashboardConfigMap(metadata, model.system, dashboard),
                this.options(),
            );
        }
    }

    private metadata(name: string): { name: string; namespace: string; labels: Record<string, string> } {
        return { name, namespace: this.scope.namespace, labels: labelsFor(this.scope, name, "monitoring") };
    }

    private options(): pulumi.CustomResourceOptions & { parent: pulumi.Resource } {
        const { platform, dependsOn } = this.scope;
        return this.childOptions({ provider: platform.kubernetes, dependsOn: [...dependsOn] });
    }
}
