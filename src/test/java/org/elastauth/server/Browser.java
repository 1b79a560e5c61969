package org.elastauth.server;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A real Chromium without a window, and with a profile that nobody used before. */
public final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  public static boolean installed() {
    return program("chromium").isPresent() && program("chromedriver").isPresent();
  }

  private static Optional<Path> program(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  public static Browser start() {
    ChromeOptions options =
        new ChromeOptions()
            .setBinary(program("chromium").orElseThrow().toString())
            .addArguments(
                List.of(
                    "--headless=new",
                    "--no-sandbox", // needs rights that root and many containers lack
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-background-networking",
                    "--no-first-run"));
    options.setAcceptInsecureCerts(true);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program("chromedriver").orElseThrow().toFile())
            .usingAnyFreePort()
            .withSilent(true)
            .build();
    ChromeDriver driver = new ChromeDriver(service, options);
    driver.manage().timeouts().pageLoadTimeout(PATIENCE).implicitlyWait(PATIENCE);
    return new Browser(driver);
  }

  /** Opens an address, and follows wherever it leads. */
  public void open(String url) {
    driver.get(url);
  }

  /** Fills in the provider's form, and sends it. */
  public void logIn(KeycloakServer.User user) {
    driver.findElement(By.id("username")).sendKeys(user.name());
    driver.findElement(By.id("password")).sendKeys(user.password());
    driver.findElement(By.id("kc-login")).click();
  }

  public String url() {
    return driver.getCurrentUrl();
  }

  /** What the page says. */
  public String text() {
    return driver.findElement(By.tagName("body")).getText();
  }

  /** Those that the page at the present address may have. */
  public List<Cookie> cookies() {
    return List.copyOf(driver.manage().getCookies());
  }

  /** What a script of the page at the present address returns. */
  public Object run(String script) {
    return driver.executeScript(script);
  }

  @Override
  public void close() {
    driver.quit();
  }
}
