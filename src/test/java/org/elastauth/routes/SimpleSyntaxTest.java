package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A check of expressions finds faults, and runs nothing. */
class SimpleSyntaxTest {
  private static final String CALL = "bean:type:org.elastauth.routes.Effect?method=happen";
  private static final String CLASS = "org.elastauth.routes.Effect";

  @TempDir Path folder;

  @BeforeEach
  void forget() {
    Effect.Seen.ALL.clear();
  }

  static Stream<String> attempts() {
    return Stream.of(
            "${%1$s}",
            "${body}$simple{%1$s}",
            "$simple{ %1$s}",
            "${bean:type:%2$s$Made.call}",
            "$simple{bean:type:%2$s$Made?method=call}",
            "${body${%1$s}}",
            "${iif(${body} == null,$simple{%1$s},b)}",
            "${iif(${%1$s} == 'a',a,b)}",
            "${iif('a' == 'a',$'{%1$s'\\},b)}",
            "${iif('a' == 'a',$'{be''an:type:%2$s?method=happen'\\},b)}",
            "${pretty('$simple{%1$s}')}",
            "${pretty(${replace(@,$,'@{%1$s}')})}",
            "${hash($simple{%1$s},SHA-256)}",
            "${substring(0,$simple{%1$s})}",
            "${join(',','',$simple{%1$s})}",
            "${be${null}an:type:%2$s?method=happen}",
            "${${list('be','an:type:%2$s?method=happen')}}",
            "${body}${%1$s",
            "${%1$s\\}}",
            "${type:%2$s.ONE}",
            "${date:now:$simple{type:%2$s.ONE}}",
            "${messageAs(%2$s)}",
            "${bodyAs(%2$s)} ${headerAs(a,%2$s)} ${variableAs(a,%2$s)}",
            "${bodyAs('$simple{%1$s}')}",
            "${random(1,'$simple{%1$s}')}",
            "${camelContext.resolveLanguage('simple').createExpression('$simple{%1$s}').evaluate(${exchange},null)}",
            "${camelContext.injector.newInstance('%2$s$Made')}",
            "${exchange.context.getInjector.newInstance('%2$s$Made', false)}",
            "${exchange.context.classResolver.resolveClass('%2$s').enumConstants}",
            "${exchange.setBody($simple{%1$s})}",
            "${body?.a[$simple{%1$s}]}",
            "${properties:a:$simple{%1$s}}",
            "${iif('a' == 'a',re'source:file:%3$s',b)}",
            "${pretty('resource:file:%3$s')}",
            "resource:file:%3$s ${body}",
            "${body} == null && resource:file:%3$s",
            "${body} == null && '${%1$s}' == ''",
            "'a' == 'a' || $simple{%1$s} == 'a'",
            "${body} range '${%1$s}..$simple{%1$s}'",
            "${body} is '$simple{type:%2$s.ONE}'")
        .map(text -> text.replace("%1$s", CALL).replace("%2$s", CLASS));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attempts")
  void noExpressionHasAnEffect(String text) throws IOException {
    Path resource = Files.writeString(folder.resolve("simple"), "$simple{" + CALL + "}");
    String whole = text.replace("%3$s", resource.toString());
    SimpleSyntax syntax = new SimpleSyntax(new CamelParts());
    syntax.fault(whole, true);
    syntax.fault(whole, false);
    assertThat(Effect.Seen.ALL).isEmpty();
  }

  @Test
  void aCheckOfAFileHasNoEffectEither() throws IOException {
    List<String> steps =
        attempts()
            .map(text -> "setBody: {simple: '" + text.replace("'", "''") + "'}")
            .collect(Collectors.toCollection(ArrayList::new));
    steps.add("setBody: {spel: \"#{T(org.elastauth.routes.Effect).happen()}\"}");
    steps.add("setBody: {spel: \"#{new org.elastauth.routes.Effect$Made().call()}\"}");
    Files.writeString(
        folder.resolve("mine.camel.yaml"),
        BrokenRoutes.route("mine", "direct:mine", steps.toArray(String[]::new)));
    RouteSet set = RouteSet.read(folder);
    RouteCheck.of(set);
    MissingSettings.in(set, text -> text);
    assertThat(Effect.Seen.ALL).isEmpty();
  }

  /** The other spelling is checked as well. */
  @Test
  void findsFaultsInBothSpellingsAndInsideOthers() {
    SimpleSyntax syntax = new SimpleSyntax(new CamelParts());
    assertThat(
            Stream.of(
                "$simple{bodi}",
                "${hash(${bodi},SHA-256)}",
                "${hash(text,SHA-257)}",
                "${replacee('a:b','c')}",
                "${iif(${body} range '1',a,b)}",
                "${exchange.context.stopp}",
                "${camelContext.stopp}",
                "${messageAs(Strinng)}",
                "${bean:a.b} ${bodi}"))
        .allSatisfy(
            text ->
                assertThat(syntax.fault(text, false))
                    .startsWith("is not an expression of the Simple language"));
  }

  /** What another function contributes is known when the route runs. */
  @Test
  void whatOnlyARequestDecidesIsNoFault() {
    SimpleSyntax syntax = new SimpleSyntax(new CamelParts());
    assertThat(
            Stream.of(
                "${header.hour} range '${bean:hours.first}..${date:now:HH}'",
                "${header.a} regex '${exchangeProperty.myPattern}'",
                "'${exchangeProperty.myPath}' startsWith '/a' && ${body} is ${header.type}",
                "${replace('\\}','x')}",
                "${random(${header.a},10)}",
                "${exchangeProperty.{{my.name}}} == '{{my.value}}'",
                "${exchange.context.name} == ${exchange.in.body}"))
        .allSatisfy(text -> assertThat(syntax.fault(text, true)).as(text).isEmpty());
  }
}
