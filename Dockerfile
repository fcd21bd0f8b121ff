# The image of every Sagsgang process: `docker compose up` starts one container for each role.
# The first stage installs, the second only runs: no pip, no setuptools, no compiler, no cache.
FROM python:3.11-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv /opt/venv
COPY requirements-production.txt ./
RUN /opt/venv/bin/pip install --require-hashes -r requirements-production.txt
# What the pages are made of comes from npm, which a wheel brings; neither goes into the image.
COPY requirements-assets.txt ./
RUN python -m venv /opt/npm && /opt/npm/bin/pip install --require-hashes -r requirements-assets.txt
COPY . .
RUN /opt/npm/bin/python -m web.assets
# Editable: the program finds organisations/ beside its packages, as in a checkout.
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation -e . \
    && /opt/venv/bin/pip uninstall --yes setuptools pip \
    && python -m compileall -q /app

FROM python:3.11-slim

LABEL org.opencontainers.image.title="Sagsgang" \
      org.opencontainers.image.description="Case-flow engine for cases that many public bodies must decide" \
      org.opencontainers.image.licenses="EUPL-1.2"

# The base image's own pip is not needed either.
RUN python -m pip uninstall --yes --root-user-action=ignore setuptools wheel pip \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin sagsgang
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

ENV PATH="/opt/venv/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SAGSGANG_LOG_FORMAT=json
WORKDIR /app
USER 10001
EXPOSE 8000
ENTRYPOINT ["sagsgang"]
CMD ["--help"]
