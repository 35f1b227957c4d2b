# The operator as one program, made from the sources and the packages of the lockfile, on distroless
# Node.js: no shell, no npm, no packages beside it.
FROM node:24-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --loglevel=error
COPY operator ./operator
RUN node operator/build.ts

FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
# One arena for all threads: measured, it saves an operator with 1,000 endpoints 9 MiB.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1
COPY package.json ./
COPY --from=build /app/dist ./dist
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=4", "--max-old-space-size=160", "dist/operator.js"]
