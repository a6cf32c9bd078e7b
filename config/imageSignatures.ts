import { z } from "zod";

const keyless = z
    .strictObject({
        issuer: z.url().describe("Who vouches for the signer, such as https://token.actions.githubusercontent.com."),
        subject: z
            .string()
            .min(1)
            .max(500)
            .describe(
                "Who signs, such as https://github.com/your-org/api/.github/workflows/image.yml@refs/heads/main.",
            ),
    })
    .describe("Signed without a key, by an identity that Sigstore's certificate names.");

/** Which images have to be signed, and by whom. */
export const imageSignatures = z
    .strictObject({
        images: z
            .array(z.string().regex(/^[a-z0-9.-]+(:\d+)?\/[a-z0-9._/*-]+$/, "images such as ghcr.io/your-org/*"))
            .min(1)
            .max(20)
            .describe("Images that have to be signed; `*` stands for any text. Others are let in unsigned."),
        publicKey: z
            .string()
            .regex(
                /^-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/,
                "a public key in PEM, as `cosign generate-key-pair` writes it",
            )
            .optional()
            .describe("Key that signatures are checked with."),
        keyless: keyless.optional(),
    })
    .refine(
        ({ publicKey, keyless: identity }) => (publicKey === undefined) !== (identity === undefined),
        "either publicKey or keyless, not both",
    )
    .describe(
        "Cosign signatures that images of systems need to be let into the cluster. Needs the add-on `kyverno`. Without it nothing is checked.",
    );

export interface ImageSignatures {
    readonly images: readonly string[];
    readonly publicKey?: string | undefined;
    readonly keyless?: { readonly issuer: string; readonly subject: string } | undefined;
}
