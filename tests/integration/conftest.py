"""What these tests share: real S3 servers, started when a test first asks for one."""

from s3_fixtures import moto_s3, moto_server, rclone_s3, rclone_server, seaweed, seaweed_server

__all__ = ["moto_s3", "moto_server", "rclone_s3", "rclone_server", "seaweed", "seaweed_server"]
