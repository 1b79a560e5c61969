package org.elastauth.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Route files with faults, and what the operator reads about each. */
public final class BrokenRoutes {
  /** The file that contains the text. */
  public static final String FILE = "mine.camel.yaml";

  /**
   * @param faults {@code LINE: part of the message}, all of them
   */
  public record Broken(String name, String text, List<String> faults) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<String> SOME =
      List.of(
          "empty",
          "text",
          "being written",
          "a tab",
          "indented too little",
          "a key twice",
          "billion laughs",
          "an unknown EIP",
          "an unknown language",
          "a wrong expression",
          "a route without from",
          "a wrong bean",
          "a wrong method",
          "a wrong exception class",
          "a fault in a branch that is off",
          "a bean of a missing class",
          "a misspelled property",
          "a misspelled endpoint",
          "an unknown component",
          "a cycle of two",
          "a blocking step on the event loop",
          "the endpoint of a packaged route",
          "a missing port",
          "a second default",
          "all at once");

  private final List<Broken> files = new ArrayList<>();

  private BrokenRoutes() {
    yaml();
    schema();
    expressions();
    eips();
    constructions();
    values();
    beans();
    options();
    names();
    properties();
    fields();
    templates();
    endpoints();
    sets();
  }

  public static Stream<Broken> all() {
    return new BrokenRoutes().files.stream();
  }

  /** One or two of a kind, for tests that need longer. */
  public static Stream<Broken> some() {
    return all().filter(broken -> SOME.contains(broken.name));
  }

  /** A bean that Camel cannot create; a check creates none. */
  public static final class Unusable {
    public Unusable() {
      throw new IllegalStateException("this bean cannot be created");
    }
  }

  private void add(String name, String text, String... faults) {
    files.add(new Broken(name, text, List.of(faults)));
  }

  private void step(String name, String step, String... faults) {
    add(name, route("mine", "direct:mine", step), faults);
  }

  /** The step begins in line 6. */
  public static String route(String id, String from, String... steps) {
    return "- route:\n    id: %s\n    from:\n      uri: %s\n      steps:\n        - %s\n"
        .formatted(id, from, String.join("\n        - ", steps));
  }

  private void yaml() {
    String right = route("mine", "direct:mine", "log: hello");
    add("empty", "", "1: contains no route");
    add("blank", "\n\n", "1: contains no route");
    add("a comment alone", "# a comment\n", "1: contains no route");
    add("text", "just text", "1: the file must be a list");
    add("without the dash", "route:\n  id: mine\n", "1: the file must be a list");
    add("being written", "- route: [", "1: is not YAML");
    add("cut in a string", "- route:\n    id: \"mi", "2: is not YAML");
    add("a tab", right.replace("    from", "\tfrom"), "3: a tab must not indent YAML");
    add(
        "indented too little",
        right.replace("    from", "  from"),
        "1: route has no from",
        "3: from is at the level of route");
    add(
        "a step that swallows the next",
        route("mine", "direct:mine", "log: a\n          setBody: {constant: b}"),
        "7: setBody is at the level of log");
    add(
        "properties at the level of their step",
        route("mine", "direct:mine", "to:\n          uri: direct:credential"),
        "7: uri is at the level of to");
    add(
        "a key twice",
        right.replace("    from", "    id: other\n    from"),
        "3: id is written twice, first in line 2");
    add(
        "an alias",
        "- route:\n    id: mine\n    from:\n      uri: direct:mine\n      steps: &all\n        - log: a\n"
            + "- route:\n    id: more\n    from:\n      uri: direct:more\n      steps: *all\n",
        "5: the anchor &all is not supported",
        "11: an alias (*) repeats",
        "11: steps must be a list");
    add(
        "billion laughs",
        "- &a [x, x, x, x, x, x, x, x, x, x]\n- &b [*a, *a, *a, *a, *a, *a, *a, *a]\n- *b\n",
        "1: the anchor &a",
        "1: the file is a list of maps",
        "2: an alias (*)",
        "2: the anchor &b",
        "2: the file is a list of maps",
        "3: an alias (*)",
        "3: the file is a list of maps");
    add("a second document", right + "---\n" + right, "7: a second document begins");
    add("a control character", right.replace("hello", "hel\u0001lo"), "6: the character U+0001");
    add("nested without end", "- " + "[".repeat(5_000), "1: is not YAML");
  }

  private void schema() {
    step("an unknown EIP", "logg: hello", "6: there is no step logg; did you mean log?");
    step(
        "an unknown property",
        "to: {uri: direct:credential, patern: InOnly}",
        "6: to has no property patern; did you mean pattern?");
    step(
        "a wrong value",
        "to: {uri: direct:credential, pattern: InAndOut}",
        "6: pattern=InAndOut is not one of InOnly, InOut");
    step(
        "a wrong boolean",
        "choice: {precondition: perhaps, when: [{simple: \"${body}\", steps: [log: a]}]}",
        "6: precondition=perhaps is not a boolean");
    step(
        "a map instead of a list",
        "filter: {simple: \"${body}\", steps: {log: a}}",
        "6: steps must be a list");
    step("no expression", "setBody: {id: mine-set}", "6: setBody has no expression");
    step("an empty EIP", "setBody:", "6: setBody is empty");
    step("no uri", "to: {parameters: {a: b}}", "6: to has no uri");
    step(
        "a wrong expression",
        "filter: {simple: \"${body} = 3\", steps: [log: a]}",
        "6: is not an expression of the Simple language: Unexpected token =");
    step(
        "an unknown function",
        "setBody: {simple: \"${bodyy}\"}",
        "6: is not an expression of the Simple language");
    step("an unknown language", "setBody: {groovy: \"1\"}", "6: there is no language groovy");
    step("an unknown data format", "marshal: {csv: {}}", "6: there is no data format csv");
    add("a route without from", "- route:\n    id: mine\n", "1: route has no from");
    add(
        "a top of its own",
        route("mine", "direct:mine", "log: a") + "- routs: {}\n",
        "7: the file has no property routs; did you mean route?");
  }

  private void expressions() {
    String simple = "6: is not an expression of the Simple language: ";
    Map<String, String> values = new TreeMap<>();
    values.put("${dat:now:yyyy}", "Unknown function: dat:now:yyyy; did you mean date?");
    values.put("${substringg(1)}", "Unknown function: substringg(1); did you mean substring?");
    values.put("${bodyA s}", "Valid syntax: ${body.OGNL}");
    values.put("${body", "expected symbol functionEnd");
    values.put("$simple{body", "expected symbol functionEnd");
    values.put("${random(a,b)}", "For input string");
    values.put("${date:nowe:yyyy}", "Command not supported for dateExpression: nowe");
    values.put("${date:now:yyyyQQ}", "Illegal pattern character 'Q'");
    values.put("${bodyAs(Strinng)}", "there is no class Strinng");
    values.put("${exchange.foo}", "Method with name: foo not found");
    values.put("{{my.name}} ${bodi}", "Unknown function: bodi; did you mean body?");
    values.forEach(
        (text, fault) ->
            step("the value " + text, "setBody: {simple: \"" + text + "\"}", simple + fault));
    Map<String, String> conditions = new TreeMap<>();
    conditions.put("${header.a} range 'a..b'", "range operator is not valid");
    conditions.put("${header.a} !range '10'", "!range operator is not valid");
    conditions.put("${header.a} regex '[a'", "Unclosed character class");
    conditions.put("${body} is 'java.lang.Strinng'", "is operator cannot find class");
    conditions.put("${body} =~= 3", "Unexpected token =");
    conditions.put("'{{my.switch}}' == 'on' && ${body} range '1'", "range operator is not valid");
    conditions.put("${body} == 'a && b' || ${body} range '1'", "range operator is not valid");
    conditions.forEach(
        (text, fault) ->
            step(
                "the condition " + text,
                "filter: {simple: \"" + text + "\", steps: [log: a]}",
                simple + fault));
    step("an expression of a dynamic endpoint", "toD: \"direct:${bodi}\"", simple + "Unknown");
    step(
        "an expression of an option",
        "to: {uri: \"file:a\", parameters: {fileName: \"${fil:name}\"}}",
        simple + "Unknown function: fil:name");
    step(
        "an endpoint that is not dynamic",
        "to: \"direct:${body}\"",
        "6: to does not evaluate ${…}");
    step(
        "a broken SpEL",
        "setBody: {spel: \"#{1 +}\"}",
        "6: is not an expression of the language SpEL");
    add(
        "the condition of a route",
        route("mine", "direct:mine", "log: a")
            .replace("    from", "    precondition: ${bodi}\n    from"),
        "3: is not an expression of the Simple language: Unknown function: bodi");
  }

  /** What Camel's schema takes for a text, or does not demand. */
  private void eips() {
    step("a type", "convertBodyTo: {type: Strinng}", "6: there is no class Strinng");
    step("a short type", "convertBodyTo: Strinng", "6: there is no class Strinng");
    step(
        "the type of JSON",
        "unmarshal: {json: {unmarshalType: org.example.No}}",
        "6: there is no class org.example.No");
    step(
        "a marshal without a format",
        "marshal: {id: mine-marshal}",
        "6: marshal has no data format");
    step(
        "a choice without when", "choice: {otherwise: {steps: [log: a]}}", "6: choice has no when");
    step("a try without catch", "doTry: {steps: [log: a]}", "6: doTry has no doCatch or doFinally");
    step(
        "a catch of nothing",
        "doTry: {steps: [log: a], doCatch: [{steps: [log: b]}]}",
        "6: doCatch has no exception");
    step(
        "an exception without a class", "throwException: {message: a}", "6: throwException has no");
    step("a bean without a name", "bean: {method: a}", "6: bean has no ref or beanType");
    step(
        "an aggregate without an end",
        "aggregate: {correlationExpression: {constant: a}, aggregationStrategy: \"#class:org.apache.camel.processor.aggregate.UseLatestAggregationStrategy\", steps: [log: a]}",
        "6: aggregate has no completionSize");
    step(
        "an aggregate without a key",
        "aggregate: {completionSize: 2, aggregationStrategy: memoryCache, steps: [log: a]}",
        "6: aggregate has no correlationExpression");
    step(
        "a strategy",
        "multicast: {aggregationStrategy: noSuchBean, steps: [log: a]}",
        "6: there is no bean noSuchBean");
    step(
        "a repository that is none",
        "idempotentConsumer: {simple: \"${body}\", idempotentRepository: memoryCache, steps: [log: a]}",
        "6: the bean memoryCache is no IdempotentRepository");
    step(
        "a duration",
        "multicast: {timeout: long, steps: [log: a]}",
        "6: timeout=long is not a duration");
    step("a number", "delay: {constant: ten}", "6: delay=ten is not a whole number");
    step(
        "a load balancer", "loadBalance: {steps: [log: a]}", "6: loadBalance has no load balancer");
    step("a kamelet", "kamelet: {name: mine}", "6: there is no component kamelet");
    step(
        "an unknown component of enrich",
        "enrich: {constant: \"fil:a\"}",
        "6: there is no component fil");
    step(
        "a bean in a URI",
        "to: \"sql:select 1?dataSource=#noSuchBean\"",
        "6: there is no bean noSuchBean");
    step("an endpoint without a name", "to: \"file:\"", "6: file has no directoryName");
    step("a URL without a scheme", "to: \"vertx-http:nothing\"", "6: nothing is not a URL");
    add(
        "a regular expression",
        route("mine", "\"file:a?include=[a\"", "log: a"),
        "4: include is not a regular expression");
    add(
        "a cron expression",
        route("mine", "\"file:a?scheduler=spring&scheduler.cron=0 61 * * * *\"", "log: a"),
        "4: 0 61 * * * * is not a cron expression");
    add(
        "a configuration that no file has",
        route("mine", "direct:mine", "log: a")
            .replace("    from", "    routeConfigurationId: front-dor\n    from"),
        "3: there is no routeConfiguration front-dor; did you mean front-door?");
    add(
        "a call of a rest service",
        "- rest:\n    path: /mine\n    get:\n      - path: /a\n        to: direct:nowhere\n",
        "5: no route serves direct:nowhere");
  }

  /** What Camel refuses when it builds an EIP. */
  private void constructions() {
    String breaker = "circuitBreaker: {resilience4jConfiguration: {%s}, steps: [log: a]}";
    Map<String, String> breakers = new TreeMap<>();
    breakers.put("failureRateThreshold: 101", "failureRateThreshold must be greater than 0");
    breakers.put("slidingWindowSize: 0", "slidingWindowSize must be greater than 0");
    breakers.put("minimumNumberOfCalls: -1", "minimumNumberOfCalls must be greater than 0");
    breakers.put(
        "bulkheadEnabled: true, bulkheadMaxConcurrentCalls: -1",
        "maxConcurrentCalls must be an integer value >= 0); correct bulkheadMaxConcurrentCalls");
    breakers.forEach(
        (text, fault) ->
            step(
                "a circuit breaker of " + text,
                breaker.formatted(text),
                "6: Camel cannot build circuitBreaker (" + fault));
    Map<String, String> steps = new TreeMap<>();
    steps.put(
        "threads: {poolSize: 5, maxPoolSize: 2}",
        "MaxPoolSize must be >= corePoolSize, was 2 >= 5); correct maxPoolSize");
    steps.put("threads: {keepAliveTime: -1}", "the value is not possible); correct keepAliveTime");
    steps.put("sample: {samplePeriod: 0}", "A positive value is required");
    steps.put("throttle: {constant: 5, timePeriodMillis: 0}", "TimePeriodMillis should be");
    steps.put(
        "split: {simple: \"${body}\", timeout: 5s, steps: [log: a]}",
        "Timeout is used but ParallelProcessing has not been enabled); correct timeout");
    steps.put("convertBodyTo: {type: String, charset: utf-9}", "utf-9); correct charset");
    steps.put("log: \"\"", "message must be specified and not empty); correct log");
    steps.put("log: {message: a, logLanguage: simpel}", "No language could be found for: simpel");
    steps.put("doFinally: {steps: [log: a]}", "This doFinally should have a doTry as its parent");
    steps.put("claimCheck: {key: a}", "operation must be specified");
    steps.put("setHeaders: {headers: []}", "There must be at least one header specified");
    steps.put("setBody: {csimple: a}", "Cannot find compiled csimple");
    steps.put(
        "setBody: {tokenize: {token: \",\", includeTokens: true}}",
        "The option includeTokens requires endToken");
    steps.put(
        "marshal: {json: {prettyPrint: true, disableFeatures: FAIL_ON_NOTHING}}",
        "Disable feature: FAIL_ON_NOTHING cannot be converted");
    steps.put(
        "marshal: {json: {include: NOT_NUL}}",
        "Enum class class com.fasterxml.jackson.annotation.JsonInclude$Include does not have any");
    steps.put("wireTap: {uri: \"direct:credential\", variableReceive: a}", "WireTap does not");
    steps.put(
        "loadBalance: {failoverLoadBalancer: {maximumFailoverAttempts: x}, steps: [log: a]}",
        "\"x\" is not a number of the range that Camel reads); correct maximumFailoverAttempts");
    steps.forEach(
        (text, fault) ->
            step(
                "the construction of " + text,
                text,
                "6: Camel cannot build " + text.replaceFirst(":.*", "") + " (" + fault));
    step(
        "a timeout of a named breaker",
        breaker.formatted("circuitBreaker: databaseBreaker, timeoutEnabled: true"),
        "6: timeoutEnabled is not supported with a named circuitBreaker");
    step(
        "an EIP without steps",
        "multicast: {parallelProcessing: true}",
        "6: multicast has no steps");
    step("an EIP of no steps", "step: {steps: []}", "6: step has no steps");
    add(
        "the construction of an error handler",
        "- routeConfiguration:\n    id: mine\n    errorHandler:\n      deadLetterChannel:\n"
            + "        deadLetterUri: direct:credential\n        redeliveryPolicy:\n"
            + "          backOffMultiplier: 5s\n",
        "7: Camel cannot build routeConfiguration (\"5s\" is not a number of the range");
  }

  /** Values of a wrong type, and nothing where a name belongs. */
  private void values() {
    step(
        "a number that is too large",
        "threads: {poolSize: 99999999999}",
        "6: poolSize=99999999999 is too large; write at most 2147483647");
    step("half a thread", "threads: {poolSize: 1.5}", "6: poolSize=1.5 is not a whole number");
    step(
        "a duration of words",
        "multicast: {parallelProcessing: true, timeout: PT5X, steps: [log: a]}",
        "6: timeout=PT5X is not a duration");
    step(
        "an aggregate that never ends",
        "aggregate: {correlationExpression: {constant: a}, aggregationStrategy: \"#class:org.apache.camel.processor.aggregate.UseLatestAggregationStrategy\", completionSize: 0, steps: [log: a]}",
        "6: aggregate has no completionSize");
    step("an empty name", "setHeader: {name: \"\", constant: a}", "6: name is empty; write what");
    for (String language : List.of("header", "variable", "exchangeProperty", "spel", "tokenize")) {
      step(
          "an empty " + language,
          "setBody: {" + language + ": \"\"}",
          "6: " + language + " is empty; write what it names");
    }
    step("an empty reference", "process: {ref: \"\"}", "6: ref is empty; write what it names");
    step(
        "an empty reference in an expression",
        "setBody: {header: {expression: \"\"}}",
        "6: expression is empty");
    step("an empty method", "bean: {ref: memoryCache, method: \"\"}", "6: method is empty");
    step(
        "an empty executor",
        "wireTap: {uri: \"direct:credential\", executorService: \"\"}",
        "6: executorService is empty");
    step("an empty endpoint", "to: \"\"", "6: to is empty");
    step("an empty dynamic endpoint", "toD: {uri: \"\"}", "6: uri is empty");
    step("an empty step", "{}", "6: a step of steps is empty; delete its -");
    step("a bean without a field", "bean: noSuchBean", "6: there is no bean noSuchBean");
    step(
        "two expressions",
        "setBody: {constant: a, simple: b}",
        "6: setBody has two expressions, constant and simple; delete one");
    step(
        "a module of JSON",
        "marshal: {json: {moduleClassNames: org.example.No}}",
        "6: there is no class org.example.No");
    step("a mapper of JSON", "marshal: {json: {objectMapper: noSuchBean}}", "6: there is no bean");
    add(
        "a service without a route",
        "- rest:\n    path: /mine\n    get:\n      - path: /a\n",
        "4: get has no to");
    add(
        "a template without from",
        "- routeTemplate:\n    id: mine\n",
        "1: routeTemplate has no from");
    add(
        "a route without steps",
        "- from:\n    uri: direct:mine\n    steps: []\n",
        "1: from has no steps");
    add(
        "the construction of an interceptor",
        "- interceptSendToEndpoint:\n    uri: direct:credential\n"
            + "    skipSendToOriginalEndpoint: perhaps\n    steps: [log: a]\n",
        "3: Camel cannot build interceptSendToEndpoint (");
    add(
        "the endpoint after an interceptor",
        "- interceptSendToEndpoint:\n    uri: direct:credential\n    afterUri: nosuch:a\n"
            + "    steps: [log: a]\n",
        "3: there is no component nosuch");
    step(
        "a language without its jar",
        "setBody: {xtokenize: /a}",
        "6: there is no language xtokenize");
  }

  private void bean(String name, String fields, String fault) {
    add(name, "- beans:\n    - {name: mine, " + fields + "}\n", "2: " + fault);
  }

  /** What Camel needs to create a bean; nothing is created. */
  private void beans() {
    String list = "type: java.util.ArrayList, ";
    bean(
        "an argument of a wrong type",
        list + "constructors: {0: x}",
        "no public constructor of java.util.ArrayList can be chosen for (x), but one with"
            + " (Collection) or (int)");
    bean(
        "too many arguments of a constructor",
        list + "constructors: {0: 1, 1: 2}",
        "java.util.ArrayList has no public constructor with 2 parameters");
    bean("a key of an argument", list + "constructors: {x: 1}", "the key x of constructors");
    bean(
        "an argument in the type",
        "type: \"#class:java.util.ArrayList(x)\"",
        "no public constructor of java.util.ArrayList");
    bean(
        "an argument that is converted",
        "type: java.util.HashMap, constructors: {0: 16, 1: much}",
        "argument 1=much is no float");
    String duration = "type: java.time.Duration, factoryMethod: ";
    bean(
        "a factory method with an argument of a wrong type",
        duration + "ofSeconds, constructors: {0: x}",
        "argument 0=x is no long");
    bean(
        "a factory method without its argument",
        duration + "ofSeconds",
        "java.time.Duration has no static method ofSeconds with 0 parameters");
    bean(
        "a factory method that is not static",
        duration + "toMillis",
        "java.time.Duration has no static method toMillis");
    bean(
        "a factory method that is missing",
        "type: java.util.List, factoryBean: java.util.Collections, factoryMethod: emptyLst",
        "java.util.Collections has no static method emptyLst");
    bean(
        "a factory that is missing",
        "type: java.util.List, factoryBean: noSuchBean, factoryMethod: a",
        "there is no bean noSuchBean");
    bean(
        "a factory without a method",
        list + "factoryBean: java.util.Collections",
        "factoryBean needs factoryMethod");
    bean(
        "a builder without build",
        list + "builderClass: java.util.ArrayList",
        "java.util.ArrayList has no method build");
    bean(
        "a script without a language",
        list + "script: a",
        "a bean needs script and scriptLanguage together");
    bean(
        "a method of a start with a parameter",
        list + "initMethod: ensureCapacity",
        "ensureCapacity of java.util.ArrayList has parameters");
    Map<String, String> properties = new TreeMap<>();
    properties.put("maximumPoolSize: many", "maximumPoolSize=many is no int");
    properties.put("maximumPoolSize: 1.5", "maximumPoolSize=1.5 is no int");
    properties.put("connectionTimeout: 5s", "connectionTimeout=5s is no long");
    properties.put("autoCommit: perhaps", "autoCommit=perhaps is no boolean; write true or false");
    properties.put("dataSource: memoryCache", "dataSource=memoryCache is no DataSource");
    properties.put("dataSource: \"#memoryCache\"", "dataSource=#memoryCache is no DataSource");
    properties.put(
        "threadFactory: \"#class:java.util.ArrayList\"", "is no ThreadFactory; name another bean");
    properties.put("healthCheckProperties: [a]", "healthCheckProperties must not be a list");
    properties.forEach(
        (text, fault) ->
            bean(
                "a bean with " + text,
                "type: com.zaxxer.hikari.HikariConfig, properties: {" + text + "}",
                fault));
    bean(
        "an enum of a bean",
        "type: org.apache.camel.processor.errorhandler.RedeliveryPolicy, properties:"
            + " {retriesExhaustedLogLevel: LOUD}",
        "retriesExhaustedLogLevel=LOUD is no LoggingLevel");
    step("a saga without a service", "saga: {steps: [log: a]}", "6: saga needs a bean of the type");
    step("a query without a database", "to: \"sql:select 1\"", "6: sql needs a bean of the type");
    step("a transaction without a manager", "transacted: {}", "6: transacted needs a bean of the");
  }

  /** Options of endpoints by their types, and what Camel refuses when it creates the endpoint. */
  private void options() {
    Map<String, String> texts = new TreeMap<>();
    texts.put("file:a?delay=soon", "delay=soon is not a whole number");
    texts.put("file:a?maxMessagesPerPoll=5s", "maxMessagesPerPoll=5s is not a whole number");
    texts.put(
        "file:a?maxMessagesPerPoll=99999999999", "maxMessagesPerPoll=99999999999 is too large");
    texts.put(
        "file:a?bufferSize=0", "Camel cannot create file (BufferSize must be a positive value");
    texts.put("file:a?charset=utf-9", "Camel cannot create file (utf-9); correct charset");
    texts.put("file:a?chmod=rwx", "Camel cannot create file (chmod option [rwx] is not valid)");
    texts.put("file:a?sorter=byName", "sorter=byName is no Comparator; correct it, or name a bean");
    texts.put(
        "file:a?idempotentRepository=#memoryCache", "is no IdempotentRepository; name another");
    texts.put("timer:a?period=often", "period=often is not a duration");
    texts.put("timer:a?time=noon", "Camel cannot create timer (Unparseable date: \"noon\")");
    texts.put("timer:a?fixedRate=perhaps", "fixedRate=perhaps is not a boolean");
    texts.forEach(
        (uri, fault) ->
            add("the endpoint " + uri, route("mine", '"' + uri + '"', "log: a"), "4: " + fault));
    texts.clear();
    texts.put("5", "5 is not an endpoint; write component:name");
    texts.put("vertx-http:http://", "http:// is not a URL");
    texts.put("direct:credential?timeout", "timeout= is not a whole number");
    texts.put(
        "vertx-http:http://localhost?okStatusCodeRange=200-x", "okStatusCodeRange=200-x is not");
    texts.forEach((uri, fault) -> step("the target " + uri, "to: \"" + uri + "\"", "6: " + fault));
    step(
        "an option that is a list",
        "to: {uri: \"direct:credential\", parameters: {timeout: [1]}}",
        "6: timeout must be a single value");
    step(
        "parameters that are none",
        "to: {uri: \"direct:credential\", parameters: timeout}",
        "6: parameters must be a map");
    add(
        "a scheduler that is missing",
        route(
            "mine", "\"sql:select 1?dataSource=#cacheDataSource&scheduler=noSuchBean\"", "log: a"),
        "4: there is no bean noSuchBean");
    step(
        "an option that a producer refuses",
        "to: \"log:a?groupSize=0\"",
        "6: Camel cannot create log (groupSize must be positive, was: 0); correct groupSize");
    step(
        "an option that is no bean",
        "to: {uri: \"spring-redis:redis\", parameters: {command: GET, redisTemplate: mine}}",
        "6: redisTemplate=mine is no RedisTemplate; correct it, or name a bean: #name");
  }

  private void names() {
    step(
        "a wrong bean",
        "bean: {ref: memoryCach, method: put}",
        "6: there is no bean memoryCach; did you mean memoryCache?");
    step("a bean far from all", "process: {ref: noSuchBean}", "6: there is no bean noSuchBean");
    step(
        "a wrong method",
        "bean: {ref: memoryCache, method: putt}",
        "6: the bean memoryCache has no method putt; did you mean put?");
    step(
        "too many arguments",
        "bean: {ref: metrics, method: \"redisOperation('get', 1, ${body}, '(', 4, 5)\"}",
        "6: redisOperation of the bean metrics has");
    step(
        "an argument without quotes",
        "bean: {ref: roles, method: add(operator)}",
        "6: the argument operator of add is not a value; put text in quotes: 'operator'");
    step(
        "a method without its argument",
        "bean: {ref: access, method: deny}",
        "6: deny of the bean access needs an argument; write deny('…')");
    step(
        "a method with brackets and without its argument",
        "bean: {ref: access, method: deny()}",
        "6: deny of the bean access needs an argument");
    step(
        "an endpoint of a missing class",
        "to: \"bean:org.example.No?method=a\"",
        "6: there is no class org.example.No");
    step(
        "a wrong method of an endpoint",
        "to: \"class:java.util.ArrayList?method=addd\"",
        "6: java.util.ArrayList has no method addd; did you mean add?");
    step(
        "a bean that is no Processor",
        "process: {ref: databaseCache}",
        "6: the bean databaseCache is no Processor");
    step(
        "a bean that is no Predicate",
        "filter: {ref: databaseCache, steps: [log: a]}",
        "6: the bean databaseCache is no Predicate");
    step(
        "a bean in an expression",
        "setBody: {simple: \"${bean:memoryCach.get}\"}",
        "6: there is no bean memoryCach");
    step(
        "a value inside a call of a bean",
        "setBody: {simple: \"${bean:request?method=header('${exchangeProperty.identity.username}')}\"}",
        "6: a value inside ${bean:…} could choose another method");
    step(
        "a bean in a parameter",
        "to: {uri: \"spring-redis:redis\", parameters: {command: GET, redisTemplate: \"#redisTemplat\"}}",
        "6: there is no bean redisTemplat");
    step(
        "a wrong exception class",
        "doTry: {steps: [log: a], doCatch: [{exception: [org.example.No], steps: [log: b]}]}",
        "6: there is no class org.example.No");
    step(
        "a class that is no exception",
        "doTry: {steps: [log: a], doCatch: [{exception: [java.lang.String], steps: [log: b]}]}",
        "6: java.lang.String is not an exception");
    step(
        "a fault in a branch that is off",
        "choice:\n            precondition: true\n            when:\n"
            + "              - simple: \"'{{elastauth.rate_limit.enabled}}' == 'true'\"\n"
            + "                steps:\n                  - bean: {ref: noSuchBean, method: a}",
        "11: there is no bean noSuchBean");
    add(
        "a bean of a missing class",
        "- beans:\n    - name: mine\n      type: org.example.No\n",
        "3: there is no class org.example.No");
    add(
        "a bean of a missing factory",
        "- beans:\n    - name: mine\n      type: java.util.ArrayList\n"
            + "      factoryBean: org.example.No\n      factoryMethod: make\n",
        "4: there is no class org.example.No");
    add(
        "a bean of a missing builder",
        "- beans:\n    - name: mine\n      type: java.util.ArrayList\n"
            + "      builderClass: org.example.No\n",
        "4: there is no class org.example.No");
    add(
        "a property of a bean",
        "- beans:\n    - name: mine\n      type: com.zaxxer.hikari.HikariConfig\n"
            + "      properties: {jdbcUrll: a, maximumPoolSize: 3}\n",
        "4: com.zaxxer.hikari.HikariConfig has no property jdbcUrll; did you mean jdbcUrl?");
    add(
        "a method of a bean's start",
        "- beans:\n    - name: mine\n      type: java.util.ArrayList\n      initMethod: sorte\n",
        "4: java.util.ArrayList has no method sorte; did you mean sort?");
    add(
        "a language of a bean",
        "- beans:\n    - {name: mine, type: java.util.ArrayList, script: a, scriptLanguage: groovyy}\n",
        "2: there is no language groovyy");
    add(
        "a bean without a constructor",
        "- beans:\n    - name: mine\n      type: java.lang.Runtime\n",
        "3: java.lang.Runtime has no public constructor without parameters");
    add(
        "a method of a bean of one's own",
        "- beans:\n    - name: myList\n      type: java.util.ArrayList\n"
            + route("mine", "direct:mine", "bean: {ref: myList, method: addd}"),
        "9: the bean myList has no method addd; did you mean add?");
  }

  private void properties() {
    step(
        "a misspelled property",
        "setProperty: {name: tll, constant: 1}",
        "6: the gateway has no exchange property tll; did you mean ttl?");
    step(
        "a misspelled property that is read",
        "setBody: {simple: \"${exchangeProperty.tll}\"}",
        "6: the gateway has no exchange property tll; did you mean ttl?");
    step(
        "a property without the prefix",
        "setProperty: {name: tenant, constant: a}",
        "6: the gateway has no exchange property tenant; begin the name of your own with my");
    add(
        "a property that nothing sets",
        route(
            "mine",
            "direct:mine",
            "setProperty: {name: myTenant, constant: a}",
            "setBody: {exchangeProperty: myTenat}"),
        "7: no step sets the exchange property myTenat; did you mean myTenant?");
  }

  private void fields() {
    step(
        "a misspelled field",
        "setBody: {simple: \"${exchangeProperty.identity.grups}\"}",
        "6: Identity has no field or method grups; did you mean groups?");
    step(
        "a misspelled field in brackets",
        "setBody: {simple: \"${exchangeProperty[identity]?.usernam}\"}",
        "6: Identity has no field or method usernam; did you mean username?");
    step(
        "a misspelled method of a field",
        "filter: {simple: \"${exchangeProperty.identity.username.lenght} > 3\", steps: [log: a]}",
        "6: String has no field or method lenght; did you mean length?");
    step(
        "a misspelled method of an item",
        "setBody: {simple: \"${exchangeProperty.identity.groups[0].toUperCase}\"}",
        "6: String has no field or method toUperCase; did you mean toUpperCase?");
  }

  private void templates() {
    String template =
        "- routeTemplate:\n    id: mine\n    parameters:\n      - name: folder\n"
            + "      - {name: suffix, defaultValue: a}\n"
            + "    from: {uri: \"direct:{{folder}}\", steps: [log: a]}\n";
    add(
        "an unknown template",
        "- templatedRoute:\n    routeTemplateRef: mime\n" + template,
        "2: there is no route template mime; did you mean mine?");
    add(
        "a template without its parameter",
        template
            + "- templatedRoute:\n    routeTemplateRef: mine\n    parameters:\n"
            + "      - {name: suffic, value: b}\n",
        "7: the route template mine needs the parameter folder; add it",
        "10: the route template mine has no parameter suffic; did you mean suffix?");
  }

  private void endpoints() {
    step(
        "an unknown option of a dynamic endpoint",
        "toD: {uri: \"file:a?fileNam=${body}\"}",
        "6: file has no option fileNam; did you mean fileName?");
    step(
        "an option that would become a parameter of the other server",
        "toD: {uri: \"vertx-http:http://localhost/${body}\", parameters: {httpMetho: POST, page: 3}}",
        "6: vertx-http has no option httpMetho; did you mean httpMethod?");
    step(
        "a misspelled endpoint",
        "to: direct:credentials",
        "6: no route serves direct:credentials; did you mean direct:credential?");
    step("an unknown component", "to: nosuch:thing", "6: there is no component nosuch");
    step(
        "an unknown option",
        "to: {uri: \"direct:credential\", parameters: {timeot: 3}}",
        "6: direct has no option timeot; did you mean timeout?");
    step(
        "an unknown option in the URI",
        "to: \"direct:credential?timeot=3\"",
        "6: direct has no option timeot");
    step(
        "a wrong option",
        "to: {uri: \"spring-redis:redis\", parameters: {command: GETT}}",
        "6: command=GETT is not one of");
    step("a consumer as a target", "to: timer:mine", "6: timer can only be used in from");
    step("a cycle", "to: direct:mine", "6: direct:mine always leads back to here");
    add(
        "a cycle of two",
        route("mine", "direct:mine", "to: direct:more")
            + route("more", "direct:more", "log: a", "to: direct:mine"),
        "6: direct:more always leads back to here",
        "13: direct:mine always leads back to here");
    add(
        "a blocking step on the event loop",
        route(
            "mine",
            "platform-http:/mine",
            "to: {uri: \"spring-redis:redis\", parameters: {command: GET}}",
            "bean: {ref: databaseCache, method: sweep}",
            "threads: {}",
            "bean: {ref: databaseCache, method: sweep}"),
        "6: an endpoint spring-redis: blocks the event loop",
        "7: the bean databaseCache blocks the event loop");
    add(
        "a blocking step in a called route",
        route("front", "platform-http:/mine", "to: direct:mine")
            + route("mine", "direct:mine", "bean: {ref: databaseCache, method: sweep}"),
        "12: the bean databaseCache blocks the event loop");
    add(
        "a blocking adapter",
        route("identity-mine", "direct:identity-mine", "bean: {ref: fileCache, method: sweep}"),
        "6: the bean fileCache blocks the event loop");
  }

  private void sets() {
    String right = route("mine", "direct:mine", "log: hello");
    add(
        "a route twice",
        right + right,
        "8: the id mine is used twice, first in mine.camel.yaml:2",
        "10: direct:mine is served twice, first in mine.camel.yaml:4");
    add(
        "the id of a packaged route",
        route("credential", "direct:mine", "log: hello"),
        "2: the id credential is used twice, first in classpath:routes/credential.camel.yaml:");
    add(
        "the endpoint of a packaged route",
        route("mine", "direct:credential", "log: hello"),
        "4: direct:credential is served twice");
    add(
        "the address of a packaged route",
        route("mine", "platform-http:/elastauth", "log: hello"),
        "4: platform-http:/elastauth is served twice");
    add(
        "the id of a step twice",
        route("mine", "direct:mine", "log: {id: same, message: a}", "log: {id: same, message: b}"),
        "7: the id same is used twice, first in mine.camel.yaml:6");
    add(
        "a missing port",
        route("cache-mine-get", "direct:cache-mine-get", "setBody: {simple: \"${null}\"}"),
        "4: an adapter that serves direct:cache-mine-get also serves direct:cache-mine-delete",
        "4: an adapter that serves direct:cache-mine-get also serves direct:cache-mine-put");
    add(
        "a handler of a file",
        right + "- onException: {exception: [java.lang.Exception], steps: [log: a]}\n",
        "7: this onException is ignored");
    add(
        "a second default",
        "- routeConfiguration:\n    errorHandler: {defaultErrorHandler: {}}\n",
        "2: this errorHandler replaces the default of all routes");
    add(
        "all at once",
        route(
            "mine", "direct:mine", "logg: a", "to: direct:no-where", "process: {ref: noSuchBean}"),
        "6: there is no step logg",
        "7: no route serves direct:no-where",
        "8: there is no bean noSuchBean");
  }
}
