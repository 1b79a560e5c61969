package org.elastauth.doctor;

/**
 * Checks that belong together and run one after another.
 *
 * @param name the heading of its findings
 */
record Area(String name, Examination examination) {
  /** Adds its findings one by one, so that those before a failure or a timeout are kept. */
  @FunctionalInterface
  interface Examination {
    void into(Findings findings) throws Exception;
  }
}
