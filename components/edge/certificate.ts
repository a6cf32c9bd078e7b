import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { checkArgs, tagContext, textInput } from "../checkedArgs";
import { Component } from "../component";
import { members, text, texts } from "../shapes";
import { tagsFor, type TagContext } from "../tags";
import { certificateHostsProblem, validationDomains, validationOf, type ValidationDomain } from "./hosts";

export interface CertificateArgs {
    readonly tags: TagContext;
    /**
     * Host names that the certificate covers, one to ten; "*.example.com" covers one level below example.com. A change issues a new
     * certificate and validates it before the old one goes.
     */
    readonly hosts: readonly string[];
    /** Route 53 zone that answers for the hosts on the internet; its records prove that they are yours. */
    readonly hostedZoneId: pulumi.Input<string>;
    /**
     * AWS region of the certificate: where its load balancer is, or us-east-1 for CloudFront. A change issues a new certificate. Default:
     * the stack's region.
     */
    readonly region?: string;
}

const shape = members({ region: text }, { tags: tagContext, hosts: texts, hostedZoneId: textInput });

/**
 * A certificate of AWS Certificate Manager for public hosts, proven by DNS. AWS renews it by itself as long as the records stay.
 *
 * It waits until AWS has validated the hosts, usually minutes. If it takes longer than half an hour, the zone is not the one the
 * internet asks (compare its name servers with those of the domain), or a CAA record forbids amazon.com to issue.
 *
 * Public certificates for load balancers are free. Source: AWS Certificate Manager pricing page.
 *
 * @example
 * new Certificate("certificate", { tags, hosts: ["api.example.com"], hostedZoneId: "Z0123456789ABCDEFGHIJ" });
 */
export class Certificate extends Component {
    /** ARN of the certificate; known once it is valid, so that no load balancer is given one that is not. */
    readonly certificateArn: pulumi.Output<string>;

    constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        const problem = certificateHostsProblem(args.hosts);
        if (problem !== undefined) {
            throw new Error(`${name}: hosts [${args.hosts.join(", ")}] cannot be certified: ${problem}.`);
        }
        super("platform:edge:Certificate", name, opts);

        const certificate = this.requestCertificate(args);
        const records = validationDomains(args.hosts).map((domain) => this.proveDomain(args, certificate, domain));
        const validation = new aws.acm.CertificateValidation(
            this.childName("validation"),
            {
                ...inRegion(args),
                certificateArn: certificate.arn,
                validationRecordFqdns: records.map((record) => record.fqdn),
            },
            this.childOptions({ customTimeouts: { create: "30m" } }),
        );

        this.certificateArn = validation.certificateArn;
        this.registerOutputs({ certificateArn: this.certificateArn });
    }

    private requestCertificate(args: CertificateArgs): aws.acm.Certificate {
        const [domainName = "", ...subjectAlternativeNames] = args.hosts;
        return new aws.acm.Certificate(
            this.childName("certificate"),
            {
                ...inRegion(args),
                domainName,
                ...(subjectAlternativeNames.length > 0 && { subjectAlternativeNames }),
                validationMethod: "DNS",
                tags: tagsFor(args.tags, domainName),
            },
            this.childOptions(),
        );
    }

    /**
     * The record by which AWS sees that a domain is yours. It is not allowed to overwrite: a record of that name belongs to another
     * stack's certificate for the same domain, whose renewals would fail once this stack is destroyed.
     */
    private proveDomain(
        args: CertificateArgs,
        certificate: aws.acm.Certificate,
        domain: ValidationDomain,
    ): aws.route53.Record {
        const option = certificate.domainValidationOptions.apply((options) => validationOf(domain, options));
        return new aws.route53.Record(
            this.childName(domain.domain),
            {
                zoneId: args.hostedZoneId,
                name: option.resourceRecordName,
                type: option.resourceRecordType,
                records: [option.resourceRecordValue],
                // Seconds.
                ttl: 300,
            },
            this.childOptions(),
        );
    }
}

/** The region is said resource by resource: a provider for another region would not have the stack's credentials and role. */
function inRegion({ region }: CertificateArgs): { region?: string } {
    return region === undefined ? {} : { region };
}
