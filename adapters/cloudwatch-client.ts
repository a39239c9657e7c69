import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { badInput } from "./bad-input.ts";

/** Attempts of one request, with the SDK's exponential back-off and full jitter between them: below a minute in all. */
const ATTEMPTS = 5;

/** A client of the region given, or of the one that the environment and profile name. */
export async function cloudWatchClient(
  region: string | null,
): Promise<{ readonly client: CloudWatchClient; readonly region: string }> {
  // The SDK warns on stderr of a Node.js that it will not support next year; that is for us to act on, not for the user.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
  const given = region === null ? {} : { region };
  const client = new CloudWatchClient({ ...given, retryMode: "standard", maxAttempts: ATTEMPTS });
  try {
    return { client, region: await client.config.region() };
  } catch {
    throw badInput([
      { where: "--region", message: "region is missing; write `--region eu-west-1`, or set AWS_REGION." },
    ]);
  }
}
