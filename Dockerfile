# The image of the worker and of the `flows` command. Debian, since Temporal's native parts are built for glibc only.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY activities activities
COPY client client
COPY connectors connectors
COPY engine engine
COPY model model
COPY platform platform
COPY store store
COPY worker worker
COPY workflows workflows
RUN node --import tsx scripts/build.ts

# Without development packages, and without the optional ones: the Postgres of the local stack.
FROM node:20.20.2-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
ENTRYPOINT ["node", "--max-semi-space-size=32", "dist/client/cli/main.js"]
CMD ["worker"]
