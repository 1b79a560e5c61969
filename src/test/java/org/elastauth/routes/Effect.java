package org.elastauth.routes;

import java.util.ArrayList;
import java.util.List;

/** What an expression can call, and what it leaves when it does. */
public enum Effect {
  ONE;

  /** Not in the enum, so that a test that reads it does not initialise the class. */
  static final class Seen {
    static final List<String> ALL = new ArrayList<>();

    private Seen() {}
  }

  static {
    Seen.ALL.add("initialised");
  }

  /** A bean of this class. */
  public static final class Made {
    public Made() {
      Seen.ALL.add("created");
    }

    public String call() {
      Seen.ALL.add("called");
      return "";
    }
  }

  public static String happen() {
    Seen.ALL.add("called");
    return "";
  }
}
