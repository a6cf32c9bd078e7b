import assert from "node:assert/strict";
import {
    auditKeyPolicy,
    clusterKeyPolicy,
    dataKeyPolicy,
    logsKeyPolicy,
    type KeyPolicy,
    type KeyPolicyStatement,
} from "../../../components/encryption/keyPolicies";

const home = { accountId: "123456789012", region: "eu-west-1" };
const root = { AWS: "arn:aws:iam::123456789012:root" };
const policies = {
    cluster: clusterKeyPolicy(home),
    data: dataKeyPolicy(home),
    logs: logsKeyPolicy(home),
    audit: auditKeyPolicy(home, "platform-prod"),
};

function statement(policy: KeyPolicy, sid: string): KeyPolicyStatement {
    const found = policy.Statement.find((each) => each.Sid === sid);
    assert.ok(found, `no statement ${sid}`);
    return found;
}

/** Whether an action of a statement covers a permission; IAM's `*` stands for any text. */
function covers({ Action }: KeyPolicyStatement, permission: string): boolean {
    return Action.some((action) => new RegExp(`^${action.replace(/\*/g, ".*")}$`).test(permission));
}

const cryptography = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:CreateGrant"];

describe("the policies of the keys", () => {
    for (const [kind, policy] of Object.entries(policies)) {
        it(`let administrators of the account manage the ${kind} key, but not use it or pass it on`, () => {
            const administer = statement(policy, "Administer");
            assert.deepEqual(administer.Principal, root);
            for (const permission of ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:GetKeyRotationStatus"]) {
                assert.ok(covers(administer, permission), permission);
            }
            for (const permission of cryptography) {
                assert.ok(!covers(administer, permission), permission);
            }
        });

        it(`allow nobody everything with the ${kind} key`, () => {
            assert.ok(policy.Statement.every((each) => !covers(each, "kms:AnythingNew")));
        });

        it(`fit into the 32 KiB that a key policy may have (${kind} key)`, () => {
            assert.ok(JSON.stringify(policy).length < 32 * 1024);
        });

        it(`name everybody only together with conditions on the account and the role (${kind} key)`, () => {
            for (const { Principal, Condition } of policy.Statement) {
                if ("AWS" in Principal && Principal.AWS === "*") {
                    assert.equal(Condition?.StringEquals?.["kms:CallerAccount"], home.accountId);
                    assert.ok(Condition?.ArnLike?.["aws:PrincipalArn"]);
                }
            }
        });
    }

    it("let EKS have a grant on the cluster key, which cannot be bound to AWS services", () => {
        const encrypt = statement(policies.cluster, "EncryptKubernetesSecrets");
        assert.deepEqual(encrypt.Principal, root);
        assert.ok(covers(encrypt, "kms:CreateGrant") && covers(encrypt, "kms:DescribeKey"));
        assert.equal(encrypt.Condition, undefined);
    });

    it("let the data key work through the services that keep data, in its region, and in no other way", () => {
        const { Statement } = policies.data;
        const through = statement(policies.data, "UseThroughServices");
        assert.deepEqual(through.Principal, root);
        assert.ok(cryptography.every((permission) => covers(through, permission)));
        assert.deepEqual(through.Condition, {
            StringEquals: {
                "kms:ViaService": [
                    "ec2.eu-west-1.amazonaws.com",
                    "ecr.eu-west-1.amazonaws.com",
                    "elasticache.eu-west-1.amazonaws.com",
                    "rds.eu-west-1.amazonaws.com",
                    "s3.eu-west-1.amazonaws.com",
                    "secretsmanager.eu-west-1.amazonaws.com",
                ],
            },
        });
        const direct = Statement.filter((each) => covers(each, "kms:Decrypt") && each.Condition === undefined);
        assert.deepEqual(direct, []);
    });

    it("let EC2 Auto Scaling and EC2 Spot start nodes with volumes under the data key, even before their roles exist", () => {
        const launchers = [
            "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*",
            "arn:aws:iam::123456789012:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
        ];
        const start = statement(policies.data, "StartNodes");
        const attach = statement(policies.data, "AttachVolumesOfNodes");
        for (const each of [start, attach]) {
            assert.deepEqual(each.Principal, { AWS: "*" });
            assert.deepEqual(each.Condition?.ArnLike, { "aws:PrincipalArn": launchers });
        }
        assert.ok(covers(start, "kms:GenerateDataKeyWithoutPlaintext") && !covers(start, "kms:CreateGrant"));
        assert.deepEqual(attach.Action, ["kms:CreateGrant"]);
        assert.deepEqual(attach.Condition?.Bool, { "kms:GrantIsForAWSResource": "true" });
    });

    it("let CloudWatch Logs alone use the logs key, for log groups of this account and region", () => {
        const users = policies.logs.Statement.filter((each) => covers(each, "kms:Decrypt"));
        assert.equal(users.length, 1);
        assert.deepEqual(users[0]?.Principal, { Service: "logs.eu-west-1.amazonaws.com" });
        assert.deepEqual(users[0]?.Condition, {
            ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:log-group:*" },
        });
    });

    it("let CloudTrail encrypt with the audit key for one trail, and people read through S3 alone", () => {
        const users = policies.audit.Statement.filter(({ Sid }) => Sid !== "Administer");
        const trail = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/platform-prod";
        for (const { Principal, Condition } of users) {
            if ("Service" in Principal) {
                assert.equal(Principal.Service, "cloudtrail.amazonaws.com");
                assert.equal(Condition?.StringEquals?.["aws:SourceArn"], trail);
            } else {
                assert.deepEqual(Condition?.StringEquals, { "kms:ViaService": "s3.eu-west-1.amazonaws.com" });
            }
        }
        assert.deepEqual(
            users.map(({ Sid }) => Sid),
            ["EncryptEvents", "CheckKey", "ReadEventsThroughS3"],
        );
    });
});
