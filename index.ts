import * as pulumi from "@pulumi/pulumi";
import { stackDeclaration } from "./adapters/stack-declaration.ts";
import { Platform } from "./components/platform.ts";

// Settings
const config = new pulumi.Config("setpoint");
const region = new pulumi.Config("aws").require("region");
const declaration = stackDeclaration((key) => config.getObject(key), pulumi.getStack());

// Plans and components
const platform = await Platform.create(pulumi.getProject(), { ...declaration, region });

// Outputs
export const { url, share, scaling: services } = platform;
