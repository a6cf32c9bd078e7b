/** What the architecture drawing shows, before anything has a place. */

/** What a box stands for, which decides how it looks. */
export type BoxKind =
    | "outside"
    | "region"
    | "vpc"
    | "tier"
    | "zone"
    | "network"
    | "edge"
    | "cluster"
    | "nodes"
    | "system"
    | "namespace"
    | "service"
    | "store"
    | "addon"
    | "regional";

export interface Box {
    /** Unique in the drawing. */
    readonly id: string;
    readonly kind: BoxKind;
    readonly title: string;
    /** A second, smaller line. */
    readonly detail?: string;
    /** Where in the page its resources are. */
    readonly href: string;
}

/** A namespace of a system and what runs in it, top down. */
export interface NamespaceBox {
    readonly box: Box;
    readonly inside: readonly Box[];
}

/** A system's share of every row of the drawing. */
export interface SystemColumn {
    /** The system itself. */
    readonly box: Box;
    /** Names that the world asks for, and CDNs. */
    readonly outside: readonly Box[];
    readonly balancers: readonly Balancer[];
    readonly namespaces: readonly NamespaceBox[];
    /** Stores outside the cluster. */
    readonly managed: readonly Box[];
    /** What of the region's services is the system's own. */
    readonly regional: readonly Box[];
    /** Whom its services call beyond the region. */
    readonly called: readonly Box[];
}

/** A load balancer. Columns that have the same one, and no other, share a box. */
export interface Balancer {
    /** The same for all who share it. */
    readonly key: string;
    readonly box: Box;
}

/** A subnet in its availability zone, and what stands in it. */
export interface ZoneBox {
    readonly box: Box;
    readonly inside: readonly Box[];
}

/** Subnets of one kind. */
export interface Tier {
    readonly box: Box;
    readonly zones: readonly ZoneBox[];
    /** What belongs to the tier as a whole. */
    readonly shared: readonly Box[];
}

export interface Network {
    readonly region: Box;
    readonly vpc: Box;
    readonly public: Tier | undefined;
    readonly private: Tier | undefined;
    readonly data: Tier | undefined;
}

export type EdgeKind = "request" | "store" | "call" | "outside";

/** A connection, from who opens it. */
export interface Edge {
    readonly from: string;
    readonly to: string;
    readonly kind: EdgeKind;
    /** In words, for whoever does not see the line. */
    readonly label: string;
}

export interface Drawing {
    readonly internet: Box;
    /** Absent where the stack brings no network of its own. */
    readonly network: Network | undefined;
    readonly cluster: Box;
    readonly columns: readonly SystemColumn[];
    readonly platformBox: Box;
    /** Node groups and add-ons: what the cluster has for all systems. */
    readonly platform: readonly Box[];
    readonly regionalBox: Box | undefined;
    /** Services of the region that serve all systems. */
    readonly regional: readonly Box[];
    readonly calledBox: Box;
    readonly edges: readonly Edge[];
}
