import { REGION } from "../computed.ts";
import type { Passed } from "./passed.ts";

/** One call of ACM's; its protocol is JSON over HTTP, and this is all of it that we need. */
async function acm(endpoint: string, action: string, body: object): Promise<Record<string, string>> {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      "x-amz-target": `CertificateManager.${action}`,
      "content-type": "application/x-amz-json-1.1",
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/acm/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json().catch(() => ({}))) as Record<string, string>;
}

export async function requestCertificate(endpoint: string, domainName: string): Promise<string> {
  const { CertificateArn } = await acm(endpoint, "RequestCertificate", { DomainName: domainName });
  return CertificateArn!;
}

export const CERTIFICATES: Readonly<Record<string, Passed>> = {
  "aws:acm/certificate:Certificate": {
    create: async ({ endpoint }, { inputs }) => ({
      arn: await requestCertificate(endpoint, String(inputs.domainName)),
    }),
    remove: ({ endpoint }, { outputs }) =>
      acm(endpoint, "DeleteCertificate", { CertificateArn: outputs.arn }),
  },
};
