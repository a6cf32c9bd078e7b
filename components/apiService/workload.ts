import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { selectorFor } from "../context";
import type { Workload } from "./autoscaling";
import { blueGreenNames, blueGreenTimeoutSeconds, rolloutRules, smokeTemplate, watchTemplate } from "./blueGreen";
import type { BlueGreenPlan } from "./blueGreenPlan";
import { smokeTestPolicySpec } from "./networkPolicy";
import type { ServicePart } from "./part";
import { deploymentRules, rolloutTimeoutSeconds } from "./podTemplate";
import { serviceSpec } from "./service";

type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;
type Resources = readonly pulumi.Resource[];

/** What runs the pods, and how others refer to it. */
export interface CreatedWorkload {
    readonly reference: Workload;
    readonly resource: pulumi.Resource;
}

/** What runs the pods of a service: a Deployment, or a Rollout where versions are replaced blue-green. */
export function createWorkload(
    part: ServicePart,
    template: PodTemplate,
    annotations: Record<string, string>,
    needs: Resources,
): CreatedWorkload {
    const { blueGreen } = part.plan;
    return blueGreen === undefined
        ? createDeployment(part, template, annotations, needs)
        : createRollout(part, blueGreen, template, annotations, needs);
}

function createDeployment(
    part: ServicePart,
    template: PodTemplate,
    annotations: Record<string, string>,
    needs: Resources,
): CreatedWorkload {
    const timeout = `${rolloutTimeoutSeconds(part.plan)}s`;
    const resource = new k8s.apps.v1.Deployment(
        part.childName("deployment"),
        {
            metadata: { ...part.metadata(), annotations },
            spec: { ...deploymentRules(part.plan), selector: { matchLabels: { ...part.selector } }, template },
        },
        { ...part.options(needs), customTimeouts: { create: timeout, update: timeout } },
    );
    return { reference: { apiVersion: "apps/v1", kind: "Deployment", name: part.name }, resource };
}

/**
 * The address inside the cluster. Blue-green, the controller decides which version it leads to, so that is left alone; and it comes
 * before the Rollout, which is not started without, so nobody may wait for it to lead anywhere.
 */
export function createService(part: ServicePart, suffix?: string): pulumi.Resource {
    const { plan, selector } = part;
    const metadata = part.metadata(suffix);
    const isSwitched = plan.blueGreen !== undefined;
    return new k8s.core.v1.Service(
        part.childName(suffix ?? "service"),
        {
            metadata: {
                ...metadata,
                labels: { ...metadata.labels, ...selectorFor(part.scope, metadata.name) },
                ...(isSwitched && { annotations: { "pulumi.com/skipAwait": "true" } }),
            },
            spec: serviceSpec(selector, plan),
        },
        { ...part.options(), ...(isSwitched && { ignoreChanges: ["spec.selector"] }) },
    );
}

function createRollout(
    part: ServicePart,
    strategy: BlueGreenPlan,
    template: PodTemplate,
    annotations: Record<string, string>,
    needs: Resources,
): CreatedWorkload {
    const { name, plan, scope, args } = part;
    const names = blueGreenNames(name);
    const scrapeInterval = args.metricsIntervalSeconds ?? scope.platform.observability.scrapeIntervalSeconds;
    const smokeLabels = selectorFor(scope, names.smokeTest);
    const tests = [
        // Prometheus finds no Service of this name to scrape, so every pod is counted once: when it gets requests.
        createService(part, "preview"),
        new k8s.networking.v1.NetworkPolicy(
            part.childName("smoke-test-policy"),
            {
                metadata: part.metadata("smoke-test"),
                spec: smokeTestPolicySpec(smokeLabels, part.selector, plan.port),
            },
            part.options(),
        ),
        createTemplate(part, "smoke-test", smokeTemplate(name, smokeLabels, strategy, plan.servicePort)),
        createTemplate(
            part,
            "watch",
            watchTemplate(
                { name, namespace: scope.namespace, metricNames: args.metricNames },
                strategy,
                scrapeInterval,
            ),
        ),
    ];
    const timeout = `${blueGreenTimeoutSeconds(plan, strategy)}s`;
    const apiVersion = "argoproj.io/v1alpha1";
    const resource = new k8s.apiextensions.CustomResource(
        part.childName("rollout"),
        {
            apiVersion,
            kind: "Rollout",
            metadata: {
                ...part.metadata(),
                annotations: {
                    ...annotations,
                    // True of a first deployment. After an update the old phase may still stand for a moment, so an update may be
                    // over before green is: the Rollout itself says how it went on.
                    "pulumi.com/waitFor": "jsonpath={.status.phase}=Healthy",
                },
            },
            spec: {
                ...rolloutRules(name, plan, strategy),
                selector: { matchLabels: { ...part.selector } },
                template,
            },
        },
        { ...part.options([...needs, ...tests]), customTimeouts: { create: timeout, update: timeout } },
    );
    return { reference: { apiVersion, kind: "Rollout", name }, resource };
}

function createTemplate(part: ServicePart, suffix: string, spec: Record<string, unknown>): pulumi.Resource {
    return new k8s.apiextensions.CustomResource(
        part.childName(suffix),
        {
            apiVersion: "argoproj.io/v1alpha1",
            kind: "AnalysisTemplate",
            metadata: { ...part.metadata(suffix) },
            spec,
        },
        part.options(),
    );
}
