import type { Bag } from "../cloud.ts";

interface Attribute {
  readonly Key: string;
  readonly Value: string;
}

/** What the API takes as attributes, by Pulumi's names for them. */
const OF_BALANCER: Readonly<Record<string, string>> = {
  clientKeepAlive: "client_keep_alive.seconds",
  desyncMitigationMode: "routing.http.desync_mitigation_mode",
  dropInvalidHeaderFields: "routing.http.drop_invalid_header_fields.enabled",
  enableDeletionProtection: "deletion_protection.enabled",
  enableHttp2: "routing.http2.enabled",
  enableWafFailOpen: "waf.fail_open.enabled",
  enableZonalShift: "zonal_shift.config.enabled",
  idleTimeout: "idle_timeout.timeout_seconds",
  preserveHostHeader: "routing.http.preserve_host_header.enabled",
  xffHeaderProcessingMode: "routing.http.xff_header_processing.mode",
};
const OF_LOGS = { accessLogs: "access_logs", connectionLogs: "connection_logs" };

export function balancerAttributes(inputs: Bag): Attribute[] {
  const logs = Object.entries(OF_LOGS).flatMap(([input, key]) =>
    logAttributes(key, inputs[input] as Bag | undefined),
  );
  return [...attributes(OF_BALANCER, inputs), ...logs];
}

function logAttributes(key: string, logs: Bag | undefined): Attribute[] {
  const { enabled, bucket, prefix } = logs ?? {};
  return attributes(
    { enabled: `${key}.s3.enabled`, bucket: `${key}.s3.bucket`, prefix: `${key}.s3.prefix` },
    { enabled, bucket, prefix },
  );
}

const OF_GROUP: Readonly<Record<string, string>> = {
  deregistrationDelay: "deregistration_delay.timeout_seconds",
  loadBalancingAlgorithmType: "load_balancing.algorithm.type",
  loadBalancingAnomalyMitigation: "load_balancing.algorithm.anomaly_mitigation",
  loadBalancingCrossZoneEnabled: "load_balancing.cross_zone.enabled",
  slowStart: "slow_start.duration_seconds",
};
const OF_STICKINESS: Readonly<Record<string, string>> = {
  enabled: "stickiness.enabled",
  type: "stickiness.type",
  cookieDuration: "stickiness.lb_cookie.duration_seconds",
};

export function groupAttributes(inputs: Bag): Attribute[] {
  return [...attributes(OF_GROUP, inputs), ...attributes(OF_STICKINESS, (inputs.stickiness ?? {}) as Bag)];
}

function attributes(keys: Readonly<Record<string, string>>, inputs: Bag): Attribute[] {
  const given = Object.entries(keys).filter(([input]) => inputs[input] !== undefined);
  return given.map(([input, Key]) => ({ Key, Value: String(inputs[input]) }));
}
