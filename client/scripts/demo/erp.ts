/** An ERP that the demo connects to and works in, as its users would. */
export interface DemoErp {
  readonly system: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly credentials: object;
  /** Changes some purchase orders and gives how many. */
  changeOrders(): Promise<number>;
  /** Deletes a purchase order for good. */
  deleteOrder(): Promise<void>;
  stop(): Promise<void>;
}
