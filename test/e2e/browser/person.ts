import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Locator, Page } from "playwright-core";

/** How long (ms) a server, a cluster or a cell may take. */
const deadline = 240_000;

/** A person with a browser at a hub: what is done here is clicked and typed, never called. */
export class Person {
  private constructor(
    readonly page: Page,
    private readonly pictures: string,
  ) {}

  /** @param pictures folder for screenshots */
  static async open(context: BrowserContext, pictures: string): Promise<Person> {
    mkdirSync(pictures, { recursive: true });
    context.setDefaultTimeout(deadline);
    return new Person(await context.newPage(), pictures);
  }

  /** Keeps a picture of what is seen; returns its path. */
  async picture(name: string, of: Page = this.page): Promise<string> {
    const path = join(this.pictures, `${name}.png`);
    await of.screenshot({ path });
    return path;
  }

  async signIn(hub: string, user: string, password: string): Promise<void> {
    await this.page.goto(hub);
    await this.page.getByLabel("Username:").fill(user);
    await this.page.getByLabel("Password:").fill(password);
    await this.picture("2-sign-in");
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  /** Starts a server as the form proposes it, and waits for the lab with a notebook whose kernel is ready. */
  async startServer(): Promise<void> {
    const start = this.page.getByRole("button", { name: "Start", exact: true });
    await start.waitFor();
    await this.picture("3-size");
    await start.click();
    await this.page.locator(".jp-Notebook").waitFor();
    await this.page.getByText("Python 3 (ipykernel) | Idle").waitFor();
  }

  /** A cell of the open notebook, by its place. */
  cell(index: number): Locator {
    return this.page.locator(`.jp-Notebook .jp-Cell[data-windowed-list-index="${index}"]`);
  }

  /** Runs the selected cell, which is the one at this place, as Shift+Enter does; what it shows once it has ended. */
  async runCell(index: number): Promise<Locator> {
    const cell = this.cell(index);
    const code = (await cell.getAttribute("class"))?.includes("jp-CodeCell") === true;
    await this.page.keyboard.press("Shift+Enter");
    if (code) await cell.locator(".jp-InputPrompt", { hasText: /^\[\d+\]:$/ }).waitFor();
    return cell.locator(".jp-OutputArea-output");
  }

  async signOut(hub: string): Promise<void> {
    await this.page.goto(`${hub}hub/home`);
    await this.page.getByRole("button", { name: "Logout" }).click();
  }
}
