# docker build -t sluice .
# docker run -p 8083:8083 -e CONNECT_BOOTSTRAP_SERVERS=broker:9092 sluice
# docker run -p 8083:8083 -e CONNECT_BOOTSTRAP_SERVERS=broker:9092 sluice connect-distributed config/connect-distributed.properties
FROM node:24-slim AS build
WORKDIR /sluice
COPY . .
RUN npm ci --no-audit --no-fund && npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /sluice
COPY --from=build /sluice/package.json /sluice/LICENSE ./
COPY --from=build /sluice/node_modules node_modules
COPY --from=build /sluice/dist dist
COPY --from=build /sluice/bin bin
COPY --from=build /sluice/config config
COPY --from=build /sluice/docker docker

# Any user will do (docker run --user ...), and nothing is written: docker run --read-only works.
USER 10001:10001
EXPOSE 8083
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["node", "docker/health.mjs"]
ENTRYPOINT ["docker/entrypoint.sh"]
CMD ["config/connect-standalone.properties"]
