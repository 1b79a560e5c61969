package org.elastauth.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of text for a terminal. */
public final class Table {
  private static final List<String> HEAD = List.of("", "Theirs", "Line", "Ours", "Value", "Remark");
  private static final int REMARK = HEAD.size() - 1;
  private static final int MAX_VALUE = 40;
  private static final int REMARK_WIDTH = 60;

  private Table() {}

  public static List<String> of(List<Row> rows) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(HEAD);
    boolean isOneFile =
        rows.stream().map(row -> file(row)).filter(file -> !file.isEmpty()).distinct().count() < 2;
    rows.forEach(row -> cells.add(cells(row, isOneFile)));
    int[] widths =
        IntStream.range(0, HEAD.size())
            .map(column -> cells.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    List<String> lines = new ArrayList<>();
    for (List<String> row : cells) {
      List<String> remark = wrapped(row.get(REMARK));
      lines.add(line(row.subList(0, REMARK), widths, remark.get(0)));
      for (String more : remark.subList(1, remark.size())) {
        lines.add(line(List.of("", "", "", "", ""), widths, more));
      }
    }
    return lines;
  }

  /** A row as a sentence. */
  static String line(Row row) {
    String place = row.place().isEmpty() ? "" : " (" + row.place() + ")";
    String name = row.theirs().isEmpty() ? row.ours() : row.theirs();
    return name + place + (name.isEmpty() ? "" : ": ") + row.remark();
  }

  private static String file(Row row) {
    return row.place().replaceFirst(":\\d+$", "");
  }

  private static List<String> cells(Row row, boolean isOneFile) {
    String value =
        row.value().length() > MAX_VALUE
            ? row.value().substring(0, MAX_VALUE - 1) + "…"
            : row.value();
    return List.of(
        row.decides() ? "!" : "",
        row.theirs().isEmpty() ? "–" : row.theirs(),
        isOneFile ? row.place().replaceFirst(".*:", "") : row.place(),
        row.ours().isEmpty() ? "–" : row.ours(),
        value,
        row.remark());
  }

  private static String line(List<String> cells, int[] widths, String remark) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(cells.get(i))
          .append(" ".repeat(widths[i] - cells.get(i).length() + (i == 0 ? 1 : 2)));
    }
    return line.append(remark).toString().stripTrailing();
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && line.length() + word.length() >= REMARK_WIDTH) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
