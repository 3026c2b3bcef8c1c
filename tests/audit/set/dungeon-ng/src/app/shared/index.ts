export { Toaster } from "./toaster";
export { PollingService } from "./polling.service";
