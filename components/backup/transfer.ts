/** The public image of the AWS CLI, for amd64 and arm64. Version 2.37.11 knows EKS Pod Identity (since 2.15). */
export const transferImage = "public.ecr.aws/aws-cli/aws-cli:2.37.11";

/** The AWS CLI is a Python program that sends ten parts of 8 MiB at a time (AWS CLI, "S3 configuration"). */
export const transferResources = {
    requests: { cpu: "50m", memory: "128Mi", "ephemeral-storage": "64Mi" },
    limits: { cpu: "1000m", memory: "512Mi", "ephemeral-storage": "512Mi" },
};
