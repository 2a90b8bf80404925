# make demo and make test in a container:
#   docker build -t simpy-hospital . && docker run --rm -v "$PWD/demo:/project/demo" simpy-hospital
FROM python:3.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium gcc git libc6-dev make npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /project
COPY . .
RUN make .venv/.installed-dev
CMD ["make", "demo"]
