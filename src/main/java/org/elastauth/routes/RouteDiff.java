package org.elastauth.routes;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.ArrayList;
import java.util.List;

/** What a folder of routes changes in those inside the jar. */
public final class RouteDiff {
  private static final int CONTEXT_LINES = 3;

  private RouteDiff() {}

  /** The lines of a patch for the replaced files; then the names of the others. */
  public static List<String> of(RouteSet set) {
    List<String> lines = new ArrayList<>();
    for (RouteFile own : set.replacing()) {
      RouteFile packaged = RouteSet.packaged(own.name());
      List<String> before = packaged.text().lines().toList();
      lines.addAll(
          UnifiedDiffUtils.generateUnifiedDiff(
              packaged.place(),
              own.place(),
              before,
              DiffUtils.diff(before, own.text().lines().toList()),
              CONTEXT_LINES));
    }
    set.added().forEach(own -> lines.add("added: " + own.place()));
    lines.addAll(notes(set));
    return lines;
  }

  /** The files of a folder that change nothing. */
  public static List<String> notes(RouteSet set) {
    List<String> notes = new ArrayList<>();
    set.ignored().forEach((file, reason) -> notes.add("not loaded: " + file + ": " + reason));
    set.copies()
        .forEach(
            name ->
                notes.add(
                    "same as in the jar: "
                        + set.folder().resolve(name)
                        + "; delete it, so that an upgrade can change it"));
    return notes;
  }
}
