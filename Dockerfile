# The same steps as `make`: locked dependencies, UI built with the wheel's own Node, then the wheel.
FROM python:3.11-slim-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN make ui \
 && .venv/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .
RUN python -m venv /opt/ocr-service \
 && /opt/ocr-service/bin/python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements/service.lock \
 && /opt/ocr-service/bin/python -m pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin ocr \
 && install --directory --owner=ocr --group=ocr --mode=0700 /data
COPY --from=build /opt/ocr-service /opt/ocr-service
ENV PATH=/opt/ocr-service/bin:$PATH \
    OCR_SERVICE_DATA_FOLDER=/data \
    OCR_SERVICE_HOST=0.0.0.0 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001
VOLUME /data
EXPOSE 8000
# Nothing is called outside at run time: `docker run --network` with no route out is enough.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["ocr-service"]
CMD ["serve"]
