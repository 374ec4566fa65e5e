# The images of the product: `hub` (API, worker, migrations) and `console` (nginx with the built console).

FROM node:24-slim AS console-build
WORKDIR /console
COPY console/package.json console/package-lock.json console/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY console/ ./
RUN npm run build

FROM nginx:1.29-alpine AS console
COPY docker/nginx.conf /etc/nginx/nginx.conf
COPY --from=console-build /console/dist /usr/share/nginx/html
USER nginx
EXPOSE 8080

# Packages are installed where a compiler may be needed; only the result goes on.
FROM python:3.13-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/hub
COPY requirements/runtime.txt /tmp/runtime.txt
RUN /opt/hub/bin/pip install --require-hashes -r /tmp/runtime.txt

FROM python:3.13-slim AS hub
ENV PATH=/opt/hub/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HUB_DATA_DIR=/var/lib/hub HUB_HOST=0.0.0.0
RUN useradd --system --uid 10001 --home-dir /var/lib/hub --create-home hub
COPY --from=packages /opt/hub /opt/hub
WORKDIR /srv/hub
COPY . .
COPY --from=console-build /console/dist console/dist
RUN pip install --no-deps --no-build-isolation -e .
USER hub
VOLUME /var/lib/hub
EXPOSE 8080 2525
ENTRYPOINT ["hub"]
CMD ["serve"]
