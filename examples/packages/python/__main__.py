import pulumi
import pulumi_setpoint as setpoint

shop = setpoint.Platform(
    "shop",
    deployment={
        "profile": "dev",
        "network": {"cidr": "10.0.0.0/20", "zones": ["eu-west-1a", "eu-west-1b"]},
        "entry": {"insecure": True},
        "storage": {
            "tables": {"carts": {"hash_key": {"name": "cartId", "type": "string"}, "ttl": "expiresAt"}},
        },
    },
    services={
        "cart": {
            "compute": {"type": "fargate", "cpu": 512, "memory": 1024},
            "slos": [{"name": "latency", "threshold": "1 s", "objective": "99 %"}],
            # what one task can do
            "capacity": {
                "service_time": {"mean": "200 ms", "cv": 0.7},
                "concurrency": 2,
                "max_wait": "5 s",
                "startup": "75 s",
            },
            "demand": {"peak": "20 /s", "growth": "20 %"},
            "bounds": {"min": 2, "max": 20, "budget": "150 USD/month"},
            "deploy": {"paths": ["/cart", "/cart/*"], "storage": {"tables": {"carts": "readWrite"}}},
        },
    },
)

pulumi.export("url", shop.url)
pulumi.export("scaling", shop.scaling)
