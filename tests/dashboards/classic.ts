// A dashboard as JSON, by the types that Grafana publishes for it.
import type * as grafana from '@grafana/schema';
import type * as stat from '@grafana/schema/raw/composable/stat/panelcfg/x/types.gen';
import type * as timeline from '@grafana/schema/raw/composable/statetimeline/panelcfg/x/types.gen';
import type * as table from '@grafana/schema/raw/composable/table/panelcfg/x/types.gen';
import type * as lines from '@grafana/schema/raw/composable/timeseries/panelcfg/x/types.gen';

/** What JSON can hold of a type: of an enumeration, the values. */
type Json<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Json<Item>[]
      : T extends object
        ? { [Key in keyof T]: Json<T[Key]> }
        : T;

/** The package has no types for queries to Prometheus. */
interface Target extends grafana.DataQuery {
  datasource: grafana.DataSourceRef;
  expr: string;
  legendFormat: string;
  instant: boolean;
  range: boolean;
  format?: 'table' | 'time_series';
}

type Known<Type extends string, Options, Field> = Json<
  Omit<grafana.Panel<never, Field>, 'type' | 'options' | 'targets' | 'id'>
> & { type: Type; id: number; options: Json<Options>; targets: Json<Target>[] };

type Panel =
  | Known<'stat', stat.Options, Record<string, never>>
  | Known<'state-timeline', timeline.Options, timeline.FieldConfig>
  | Known<'table', table.Options, table.FieldConfig>
  | Known<'timeseries', lines.Options, lines.FieldConfig>;

type Row = Json<Omit<grafana.RowPanel, 'panels'>> & { panels: [] };

/** Nor for its annotations, which have their query beside what all annotations have. */
interface Annotation extends grafana.AnnotationQuery {
  expr: string;
  step: string;
  textFormat: string;
  titleFormat: string;
}

export type Classic = Json<Omit<grafana.Dashboard, 'panels' | 'annotations'>> & {
  panels: (Panel | Row)[];
  annotations: { list: Json<Annotation>[] };
};
