interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly $metadata?: { readonly attempts?: number };
}

/** Names under which AWS refuses a request whose clock is off. */
const SKEWED = /^(RequestExpired|RequestTimeTooSkewed|SignatureDoesNotMatch|InvalidSignature(Exception)?)$/;

const THROTTLED =
  /^(Throttling(Exception)?|ThrottledException|RequestLimitExceeded|TooManyRequestsException)$/;

const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError)$/;

/** What the SDK throws, in one sentence with the way out; `progress` says what had been done by then. */
export function awsFailure(error: unknown, action: string, progress: string, now = Date.now()): Error {
  const { name, message, $response, $metadata } = error as SdkError;
  const said = `${name}: ${message.replace(/\b\d{12}\b/g, "************")}`.replace(/\.$/, "");
  const date = Date.parse($response?.headers?.date ?? "");
  if (SKEWED.test(name) && Math.abs(date - now) > 60_000)
    return new Error(
      `AWS refused the signature (${name}): this machine's clock is ${Math.abs(Math.round((now - date) / 1000))} s ${now > date ? "ahead of" : "behind"} AWS's. Set it right.`,
    );
  if (THROTTLED.test(name))
    return new Error(
      `AWS throttled ${action} ${$metadata?.attempts ?? "several"} times (${said}); ${progress}. Try again in a minute.`,
    );
  if (DENIED.test(name)) return new Error(`AWS denied ${action} (${said}). Allow that action.`);
  if (name === "CredentialsProviderError")
    return new Error(
      `no AWS credentials were found (${message.replace(/\.$/, "")}). Set AWS_PROFILE, or log in.`,
    );
  return new Error(`AWS failed at ${action} (${said}); ${progress}.`);
}
