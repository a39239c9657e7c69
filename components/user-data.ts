import * as pulumi from "@pulumi/pulumi";
import { type GrantsArgs, storageEnvironment } from "./grants.ts";
import { type WebServerArgs, webServer } from "./web-server.ts";

/** `webServer` in base64, with the names of what the service is granted; no output where that is nothing, so that a preview shows it. */
export function userData(args: Omit<WebServerArgs, "environment"> & GrantsArgs): pulumi.Input<string> {
  const encoded = (environment: Readonly<Record<string, string>>) =>
    Buffer.from(webServer({ ...args, environment })).toString("base64");
  const environment = storageEnvironment(args);
  if (Object.keys(environment).length === 0) return encoded({});
  return pulumi.output(environment).apply(encoded);
}
