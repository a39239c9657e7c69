/**
 * How AWS's scaling loop behaves where AWS does not publish it or leaves no setting: parameters of a back-test,
 * never constants within it.
 */
export interface AwsLoop {
  /**
   * Seconds from the end of a minute until its metrics are visible. AWS measured 363 s from a step of the load to the scale-out (AWS News Blog, June
   * 2026, "Amazon ECS introduces new high-resolution metrics for faster service auto scaling"); with three datapoints 120 s fit that.
   */
  readonly publicationDelay: number;
  /** One-minute datapoints above the target before target tracking scales out (aws/containers-roadmap#1208, moto). */
  readonly datapointsOut: number;
  /** One-minute datapoints below the low threshold before it scales in (aws/copilot-cli#4233, moto). */
  readonly datapointsIn: number;
  /** Low threshold ÷ target: "usually more than 10 % lower" (Application Auto Scaling user guide). */
  readonly lowFactor: number;
  /** A scale-out ends a running scale-in cooldown (TargetTrackingScalingPolicyConfiguration reference). */
  readonly scaleOutEndsScaleInCooldown: boolean;
  /**
   * Seconds for which an EC2 instance that ends still counts as capacity, as it drains: no deployed group has less, a minute and its publication;
   * the balancer's own default is 300 (ELB, target group attributes).
   */
  readonly draining: number;
  /** Start-up varies by this share either way: assumed, as nobody publishes it. */
  readonly startupSpread: number;
}

export const AWS_LOOP: AwsLoop = {
  publicationDelay: 120,
  datapointsOut: 3,
  datapointsIn: 15,
  lowFactor: 0.9,
  scaleOutEndsScaleInCooldown: true,
  draining: 180,
  startupSpread: 0.2,
};

/** Seconds of warm-up of a group that sets none: its default cooldown (EC2 Auto Scaling user guide, "Set the default instance warmup"). */
export const UNSET_WARMUP = 300;
