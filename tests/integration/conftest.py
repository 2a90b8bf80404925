"""What these tests share: real S3 servers and a proxy that records, started when a test first asks for one."""

from aws_cases import proxy, recorder
from s3_fixtures import moto_s3, moto_server, rclone_s3, rclone_server, seaweed, seaweed_server

__all__ = ["moto_s3", "moto_server", "proxy", "rclone_s3", "rclone_server", "recorder", "seaweed", "seaweed_server"]
