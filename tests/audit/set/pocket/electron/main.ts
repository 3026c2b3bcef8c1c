import { app, BrowserWindow, ipcMain } from "electron";
import { autoUpdater } from "electron-updater";

let window: BrowserWindow | undefined;

app.whenReady().then(() => {
  window = new BrowserWindow({ width: 1200, height: 800 });
  setInterval(() => void autoUpdater.checkForUpdates(), 60 * 60 * 1000); //= none
  setInterval(() => window?.webContents.send("memory", process.memoryUsage().heapUsed), 5000); //= none
});

ipcMain.handle("state", () => ({ ok: true }));
