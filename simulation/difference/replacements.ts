import type { PlannedResource } from "../record";

/**
 * Properties that cannot change in place: a new value makes Pulumi create another resource and delete the old one. Sources: `ForceNew`
 * of each resource in hashicorp/terraform-provider-aws, which the AWS provider is built from, and `forceNew` in
 * pulumi-kubernetes, provider/pkg/provider/diff.go. Types that this platform does not use are not listed.
 */
const replacing: Readonly<Record<string, readonly string[]>> = {
    "aws:acm/certificate:Certificate": [
        "domainName",
        "subjectAlternativeNames",
        "validationMethod",
        "keyAlgorithm",
        "region",
    ],
    "aws:acm/certificateValidation:CertificateValidation": ["certificateArn", "validationRecordFqdns", "region"],
    "aws:cloudfront/cachePolicy:CachePolicy": ["name"],
    "aws:cloudwatch/logGroup:LogGroup": ["name", "namePrefix", "logGroupClass"],
    "aws:cloudwatch/logIndexPolicy:LogIndexPolicy": ["logGroupName"],
    "aws:cloudwatch/metricAlarm:MetricAlarm": ["name"],
    "aws:ec2/eip:Eip": ["domain", "networkBorderGroup", "publicIpv4Pool"],
    "aws:ec2/flowLog:FlowLog": [
        "iamRoleArn",
        "logDestination",
        "logDestinationType",
        "maxAggregationInterval",
        "trafficType",
        "vpcId",
    ],
    // With userDataReplaceOnChange, which everything here sets; EC2 takes new user data at the first start alone.
    "aws:ec2/instance:Instance": [
        "ami",
        "availabilityZone",
        "keyName",
        "primaryNetworkInterface",
        "rootBlockDevice.encrypted",
        "rootBlockDevice.kmsKeyId",
        "subnetId",
        "tenancy",
        "userData",
    ],
    "aws:ec2/launchTemplate:LaunchTemplate": ["name", "namePrefix"],
    "aws:ec2/networkInterface:NetworkInterface": ["interfaceType", "subnetId"],
    "aws:ec2/natGateway:NatGateway": ["allocationId", "connectivityType", "subnetId", "privateIp"],
    "aws:ec2/route:Route": [
        "routeTableId",
        "destinationCidrBlock",
        "destinationIpv6CidrBlock",
        "destinationPrefixListId",
    ],
    "aws:ec2/routeTable:RouteTable": ["vpcId"],
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ["subnetId", "gatewayId"],
    "aws:ec2/securityGroup:SecurityGroup": ["name", "namePrefix", "description", "vpcId"],
    "aws:ec2/subnet:Subnet": ["availabilityZone", "availabilityZoneId", "cidrBlock", "vpcId", "ipv6Native"],
    "aws:ec2/vpc:Vpc": ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId"],
    "aws:ec2/vpcEndpoint:VpcEndpoint": ["serviceName", "vpcEndpointType", "vpcId"],
    "aws:ecr/repository:Repository": ["name", "encryptionConfigurations"],
    "aws:eks/addon:Addon": ["addonName", "clusterName"],
    "aws:eks/nodeGroup:NodeGroup": [
        "amiType",
        "capacityType",
        "clusterName",
        "diskSize",
        "instanceTypes",
        "launchTemplate.id",
        "launchTemplate.name",
        "nodeGroupName",
        "nodeGroupNamePrefix",
        "nodeRoleArn",
        "remoteAccess",
        "subnetIds",
    ],
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ["clusterName", "namespace", "serviceAccount"],
    "aws:elasticache/parameterGroup:ParameterGroup": ["family", "name"],
    "aws:elasticache/replicationGroup:ReplicationGroup": [
        "atRestEncryptionEnabled",
        "dataTieringEnabled",
        "globalReplicationGroupId",
        "kmsKeyId",
        "networkType",
        "port",
        "replicationGroupId",
        "securityGroupNames",
        "snapshotArns",
        "snapshotName",
        "subnetGroupName",
    ],
    "aws:elasticache/subnetGroup:SubnetGroup": ["name"],
    "aws:iam/instanceProfile:InstanceProfile": ["name", "namePrefix", "path"],
    "aws:iam/policy:Policy": ["name", "namePrefix", "path", "description"],
    "aws:iam/role:Role": ["name", "namePrefix", "path"],
    "aws:iam/rolePolicy:RolePolicy": ["name", "namePrefix", "role"],
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["policyArn", "role"],
    "aws:kms/alias:Alias": ["name", "namePrefix"],
    "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId"],
    "aws:lambda/function:Function": ["name", "packageType"],
    "aws:lambda/permission:Permission": [
        "action",
        "function",
        "principal",
        "sourceAccount",
        "sourceArn",
        "statementId",
    ],
    "aws:rds/instance:Instance": [
        "availabilityZone",
        "characterSetName",
        "customIamInstanceProfile",
        "dbName",
        "engine",
        "kmsKeyId",
        "ncharCharacterSetName",
        "restoreToPointInTime",
        "s3Import",
        "snapshotIdentifier",
        "storageEncrypted",
        "timezone",
        "username",
    ],
    "aws:rds/parameterGroup:ParameterGroup": ["family", "name", "namePrefix", "description"],
    "aws:rds/subnetGroup:SubnetGroup": ["name", "namePrefix"],
    "aws:route53/record:Record": ["name", "type", "zoneId", "setIdentifier"],
    "aws:route53/zone:Zone": ["name", "delegationSetId"],
    "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled"],
    "aws:s3/bucketPolicy:BucketPolicy": ["bucket"],
    "aws:secretsmanager/secret:Secret": ["name", "namePrefix"],
    "aws:secretsmanager/secretVersion:SecretVersion": ["secretId", "secretString", "secretBinary"],
    "eks:index:Cluster": ["name", "encryptionConfigKeyArn", "kubernetesServiceIpAddressRange", "ipFamily"],
    "kubernetes:apps/v1:Deployment": ["spec.selector"],
    "kubernetes:apps/v1:DaemonSet": ["spec.selector"],
    "kubernetes:apps/v1:StatefulSet": [
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ],
    "kubernetes:batch/v1:Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    "kubernetes:core/v1:ConfigMap": ["data", "binaryData"],
    "kubernetes:core/v1:PersistentVolumeClaim": [
        "spec.accessModes",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeName",
    ],
    "kubernetes:core/v1:ResourceQuota": ["spec.scopes"],
    "kubernetes:core/v1:Secret": ["type", "data", "stringData"],
    "kubernetes:core/v1:Service": ["spec.clusterIP"],
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": ["roleRef"],
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": ["roleRef"],
    "kubernetes:storage.k8s.io/v1:StorageClass": ["parameters", "provisioner"],
    "kubernetes:helm.sh/v3:Release": ["name", "namespace"],
    "random:index/randomBytes:RandomBytes": ["length", "keepers"],
    "random:index/randomPassword:RandomPassword": [
        "length",
        "special",
        "overrideSpecial",
        "upper",
        "lower",
        "number",
        "keepers",
    ],
};

/** What identifies every Kubernetes object. */
const kubernetesIdentity = ["apiVersion", "kind", "metadata.name", "metadata.namespace"] as const;

/** The properties of a type whose change replaces the resource. */
export function replacingProperties(type: string): readonly string[] {
    const own = replacing[type] ?? [];
    return type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh")
        ? [...kubernetesIdentity, ...own]
        : own;
}

/** Types that hold data which a replacement or removal loses, or keys without which data cannot be read. */
const statefulTypes: ReadonlySet<string> = new Set([
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:ecr/repository:Repository",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kms/key:Key",
    "aws:rds/instance:Instance",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "eks:index:Cluster",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:core/v1:PersistentVolume",
    "random:index/randomBytes:RandomBytes",
    "random:index/randomPassword:RandomPassword",
]);

export function isStateful({ type, inputs }: PlannedResource): boolean {
    const { volumeClaimTemplates } = (inputs.spec ?? {}) as { readonly volumeClaimTemplates?: unknown };
    return (
        statefulTypes.has(type) ||
        (type === "kubernetes:apps/v1:StatefulSet" &&
            Array.isArray(volumeClaimTemplates) &&
            volumeClaimTemplates.length > 0)
    );
}
