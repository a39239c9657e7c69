import { registrations } from "../../adapters/offline-preview.ts";
import { type Deployed, deployed } from "./guard.ts";

const ACCOUNT = "123456789012";
const LATENCY = { name: "latency", threshold: "1 s", objective: "99 %", window: "28 d" };
const AVAILABILITY = { name: "availability", objective: "99.9 %", window: "28 d" };

const service = {
  slos: [LATENCY, AVAILABILITY],
  capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
  demand: { peak: "20 /s" },
  bounds: { min: 2, max: 40 },
};

const tasks = (name: string, deploy: object) => ({
  ...service,
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  deploy: { paths: [`/${name}`], ...deploy },
});

const instances = (name: string, instances: object, more: object = {}) => ({
  ...service,
  compute: { type: "ec2", instanceType: "m5.large" },
  deploy: { paths: [`/${name}`], instances },
  ...more,
});

const SIDECAR = { image: "public.ecr.aws/nginx/nginx-unprivileged:1.28", cpu: 64, memory: 128, user: 101 };

/** A service for each way of running one, so that every type of resource that we make appears. */
const SERVICES = {
  cart: tasks("cart", {
    environment: { LOG_LEVEL: "info" },
    secrets: { API_KEY: `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:api-key-AbCdEf` },
    permissions: [{ actions: ["sqs:SendMessage"], resources: [`arn:aws:sqs:eu-west-1:${ACCOUNT}:orders`] }],
    containers: { proxy: SIDECAR },
    storage: { tables: { carts: "readWrite" }, buckets: { images: "read" } },
  }),
  pay: tasks("pay", { release: { strategy: "blueGreen" } }),
  search: tasks("search", { capacity: { onDemand: { base: 2 }, spot: { weight: 3 } } }),
  packed: tasks("packed", { capacity: "instances" }),
  built: tasks("built", { image: { build: "test/fixtures/image" } }),
  web: instances("web", {
    warmPool: { size: 1 },
    types: [],
    hooks: { launch: "10 min", terminate: "5 min" },
  }),
  office: instances("office", {
    officeHours: {
      start: "Mon-Fri 08:00",
      stop: "Mon-Fri 20:00",
      timezone: "Europe/Berlin",
      evenInProd: true,
    },
  }),
  one: instances(
    "one",
    { single: true },
    { slos: [LATENCY], demand: { peak: "2 /s" }, bounds: { min: 1, max: 1 } },
  ),
};

const SHARED = {
  cluster: { instances: { instanceTypes: ["m7i.large", "m6i.large"], max: 10 } },
  storage: {
    tables: {
      carts: { hashKey: "cartId" },
      orders: {
        hashKey: "orderId",
        capacity: { read: { min: 5, max: 100 }, write: { min: 5, max: 100 } },
      },
    },
    buckets: { images: {}, records: { objectLock: { mode: "governance", retention: "30 d" } } },
  },
  notify: {
    page: ["on-call@example.com", "https://pager.example.com/hook"],
    ticket: ["team@example.com"],
  },
};

const PROFILES = {
  prod: {
    ...SHARED,
    network: { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"], isolated: true },
    entry: { domain: { name: "shop.example.com", zoneId: "Z0123456789ABC" } },
  },
  dev: {
    ...SHARED,
    profile: "dev",
    network: { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] },
    entry: { insecure: true },
  },
};

let runs = 0;

/** Everything that the real program makes of one of each, with what the profile decides left to it. */
export function wholeStack(profile: keyof typeof PROFILES): Promise<readonly Deployed[]> {
  const config = {
    "aws:region": "eu-west-1",
    "setpoint:services": JSON.stringify(SERVICES),
    "setpoint:deployment": JSON.stringify(PROFILES[profile]),
  };
  const index = new URL(`../../index.ts?whole=${runs++}`, import.meta.url).href;
  return deployed(() =>
    registrations(() => import(index), { project: "setpoint", stack: profile, config, secrets: [] }),
  );
}
