import { defineSystem } from "../components/system/declaration";
import { unpublishedImages } from "./unpublishedImages";

/** The practice: a React app behind nginx, which passes /api on to the Flask backend, and MySQL behind that. */
export const medicalPractice = defineSystem("medical-practice", ({ environment, settings }) => ({
    description: "Medical Practice Management System",
    owner: "practice",
    namespace: "backend",
    databases: {
        "flask-app-db": {
            engine: "mysql",
            // 9.4 is an innovation release that RDS does not offer for production; 8.4 is the long-term one.
            version: "8.4",
            databaseName: `flask_${environment}`,
            username: "flask_user",
            storageGiB: settings.placement === "managed" ? 20 : 5,
            credentials: { kubernetesName: "flask-app-db-credentials", awsName: `${environment}/backend/database` },
        },
    },
    secrets: {
        "flask-app-secret": {
            awsName: `${environment}/backend/flask-app`,
            keys: {
                SECRET_KEY: { kind: "base64-256" },
                API_TEST_KEY: {},
                // What it has encrypted, a new key could not read.
                DATABASE_ENCRYPTION_KEY: { kind: "base64-256", rotate: false },
            },
        },
        "flask-app-admin-credentials": { awsName: `${environment}/backend/admin`, keys: { ADMIN_PASSWORD: {} } },
        "flask-app-jwt-keys": {
            awsName: `${environment}/backend/jwt-keys`,
            keys: { JWT_PRIVATE_KEY: { kind: "rsa-4096", publicKey: "JWT_PUBLIC_KEY" } },
        },
    },
    imageRepositories: ["flask-app", "nginx-front"],
    exceptions: unpublishedImages(environment),
    services: {
        "flask-app": {
            image: "ghcr.io/your-org/flask-app",
            port: 5000,
            replicas: { min: 1, max: 5, cpuPercent: 70 },
            minAvailable: 1,
            // The database is all that it may reach.
            awsIdentity: false,
            probes: {
                liveness: { path: "/health", initialDelaySeconds: 30, periodSeconds: 10 },
                readiness: { path: "/ready", initialDelaySeconds: 5, periodSeconds: 5 },
            },
            connections: ["flask-app-db"],
            secrets: ["flask-app-secret", "flask-app-admin-credentials", "flask-app-jwt-keys"],
            secretDirectories: { "flask-app-jwt-keys": "/keys" },
            settings: { FLASK_ENV: environment, LOG_LEVEL: settings.logLevel },
        },
        "nginx-front": {
            namespace: "frontend",
            image: "ghcr.io/your-org/nginx-front",
            port: 80,
            runAsUser: 101,
            replicas: { min: 1, max: 5, cpuPercent: 70 },
            minAvailable: 1,
            awsIdentity: false,
            probes: "/healthz",
            metricsPath: null,
            calls: ["flask-app"],
            files: { "/etc/nginx/conf.d/default.conf": nginxConfiguration },
            writablePaths: ["/tmp", "/var/cache/nginx", "/var/run"],
            edge: settings.host === undefined ? undefined : { kind: "alb", host: settings.host },
        },
    },
}));

/** Serves the app, sends every unknown path to it, and passes /api on to the backend. */
const nginxConfiguration = `server {
    listen 80;
    root /usr/share/nginx/html;
    location = /healthz { access_log off; return 200 "ok\\n"; }
    location /api/ {
        proxy_pass http://flask-app.backend;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    }
    location / { try_files $uri /index.html; }
}
`;
