/** Dashboards as Grafana reads them: what tests look at. */
export interface DashboardJson {
    readonly uid: string;
    readonly title: string;
    readonly editable: boolean;
    readonly panels: readonly PanelJson[];
    readonly links?: readonly {
        readonly type: string;
        readonly title: string;
        readonly url?: string;
        readonly tags?: readonly string[];
    }[];
    readonly annotations: { readonly list?: readonly { readonly name: string; readonly expr?: string }[] };
    readonly templating: { readonly list: readonly VariableJson[] };
}

export interface PanelJson {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description?: string;
    readonly datasource?: { readonly uid: string };
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly TargetJson[];
    readonly links?: readonly { readonly url: string }[];
    readonly options?: Readonly<Record<string, unknown>>;
    readonly fieldConfig?: {
        readonly defaults: { readonly unit?: string; readonly thresholds?: { readonly steps: readonly Step[] } };
    };
}

export interface TargetJson {
    readonly expr: string;
    readonly refId: string;
    readonly legendFormat: string;
    readonly exemplar?: boolean;
}

interface Step {
    readonly value: number | null;
    readonly color: string;
}

export interface VariableJson {
    readonly name: string;
    readonly label: string;
    readonly type: string;
    readonly query: string;
    readonly datasource?: { readonly uid: string };
    readonly multi?: boolean;
    readonly allValue?: string;
    readonly refresh?: number;
}

/** The panels of a dashboard that ask something: not the headings of its rows, nor lists of alerts. */
export function panelsOf({ panels }: DashboardJson): PanelJson[] {
    return panels.filter(({ type }) => type !== "row" && type !== "alertlist");
}

/** The braces of a selector with everything in them. */
export const selectors = /\{(?:[^}"]|"(?:[^"\\]|\\.)*")*\}/g;
