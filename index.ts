import * as pulumi from "@pulumi/pulumi";
import { stackDeclaration } from "./components/declaration.ts";
import { Platform } from "./components/platform.ts";

// Settings
const config = new pulumi.Config("setpoint");
const region = new pulumi.Config("aws").get("region");
const declaration = stackDeclaration((key) => config.get(key), pulumi.getStack(), region);

// Plans and components
const platform = await Platform.create(pulumi.getProject(), declaration);

// Outputs
export const { url, share, scaling: services } = platform;
